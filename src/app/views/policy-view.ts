import { z } from 'zod';

import { dataOf } from '../../domain/journal/kinds.ts';
import type { PolicyAsk } from '../../domain/policy/rules.ts';
import { missingText, mergeTimeOf, type Standing } from '../../domain/policy/standing.ts';
import { draftOf } from '../../engine/changes/draft.ts';
import { gatedOf } from '../../engine/changes/gate.ts';
import type { EngineContext } from '../../engine/context.ts';
import { approvalOf, approvalsOf, type Answered, standingOfChange } from '../../engine/policy/approvals.ts';
import { policyDigest } from '../../engine/policy/digest.ts';
import { findTimeHold, movedBaseText, timeFault } from '../../engine/policy/hold.ts';
import { type Ruled, ruledOf } from '../../engine/policy/ruled.ts';
import { saidWith } from './change-view.ts';
import { machineState } from './machine-state.ts';

const placed = { at: z.string().describe('What says so: a line of a file, a journal row, or `built in`.') };

/** What the policy says about a change. */
export const explainSchema = z
  .object({
    change: z.string().describe('Its id.'),
    title: z.string().describe('What it does.'),
    tree: z.string().describe('Tree that proposes it.'),
    state: z.string().describe('Where it is.'),
    policy: z.string().describe('Digest of the policy: an approval under another one does not count.'),
    risk: z.enum(['low', 'medium', 'high']).describe('Its tier.'),
    tiers: z
      .array(z.object({ tier: z.enum(['low', 'medium', 'high']), sentence: z.string(), ...placed }))
      .describe('What says that tier; the highest counts.'),
    authors: z.array(z.string()).describe('Persons who made it; none where agents did.'),
    byRule: z.boolean().describe('A rule may approve it alone (`policy.auto-merge`).'),
    asks: z
      .array(
        z.object({
          what: z.string().describe('What has to be there.'),
          why: z.string().describe('Because of what.'),
          ...placed,
          isMet: z.boolean().nullable().describe('Whether it is there; null: it is no matter of an approval.'),
          missing: z.string().nullable().describe('What is still missing, or null.'),
          who: z.array(z.string()).describe('Who could give it; empty: whoever can use the installation.'),
        }),
      )
      .describe('What has to be there before it merges.'),
    approvals: z
      .array(
        z.object({
          by: z.string(),
          kind: z.enum(['rule', 'program', 'model', 'person']),
          how: z.string().describe('What was said with it.'),
          row: z.number().describe('Journal row that holds it.'),
        }),
      )
      .describe('Approvals of exactly what would merge.'),
    isEnough: z.boolean().describe('They are enough.'),
    merges: z.string().describe('When it merges, or what keeps it.'),
    next: z.string().nullable().describe('The command to type next, or null.'),
  })
  .describe('Which rule asks for what.');
export type ExplainView = z.infer<typeof explainSchema>;

/** Returns what the policy says about a change, as configuration and journal are now. */
export function explainView(context: EngineContext, change: string): ExplainView {
  const { title, tree, run } = draftOf(context, change);
  const ruled = ruledOf(context, change);
  const gated = gatedOf(context, change);
  const given = gated === undefined ? [] : approvalsOf(context, gated);
  const standing: Standing = gated === undefined ? { isEnough: false, missing: [] } : standingOfChange(context, gated);
  const now = machineState(context.ledger, change);
  const state = now?.state ?? 'drafted';
  return {
    change,
    title,
    tree,
    state,
    policy: policyDigest(context),
    risk: ruled.risk,
    tiers: ruled.tiers.map((one) => ({ ...one })),
    authors: [...ruled.authors],
    byRule: ruled.ruleMay,
    asks: ruled.asks.map((ask) => askView(ask, { standing, ruled, hasGate: gated !== undefined })),
    approvals: given.map((one) => ({ by: one.by.name, kind: one.by.kind, how: howText(one), row: one.row })),
    isEnough: standing.isEnough,
    merges: mergesText(context, {
      change,
      isOver: now?.isFinal ?? false,
      state,
      standing,
      given,
      hasGate: gated !== undefined,
    }),
    next:
      state === 'reviewing.deciding'
        ? `orchestrate review approve ${change}`
        : state === 'queued.holding'
          ? `orchestrate review merge ${change}`
          : now?.isFinal === true
            ? null
            : `orchestrate runs show ${run}`,
  };
}

function askView(
  ask: PolicyAsk,
  { standing, ruled, hasGate }: { standing: Standing; ruled: Ruled; hasGate: boolean },
): ExplainView['asks'][number] {
  const missing = standing.missing.find((one) => one.ask === ask || sameAsk(one.ask, ask));
  const isTimed = ask.what === 'window' || ask.what === 'tree' || ask.what === 'agent';
  return {
    what: askText(ask, ruled),
    why: ask.why,
    at: ask.at,
    isMet: isTimed || !hasGate ? null : missing === undefined,
    missing: missing === undefined ? null : missingText({ ...missing, who: [] }),
    who: [...(missing?.who ?? [])],
  };
}

const sameAsk = (a: PolicyAsk, b: PolicyAsk): boolean => JSON.stringify(a) === JSON.stringify(b);

function askText(ask: PolicyAsk, { approvers, ruleMay }: Ruled): string {
  switch (ask.what) {
    case 'persons': {
      const able = approvers.others?.length ?? 1;
      const asked = ask.count === 1 ? 'the approval of a person' : `the approvals of ${ask.count} persons`;
      if (ruleMay) return `${asked}, or of a rule`;
      const few = ask.count > Math.max(1, able) ? `; ${Math.max(1, able)} may approve, and so many are enough` : '';
      return `${asked}${few}`;
    }
    case 'principal':
      return approvers.others?.includes(ask.principal) === true
        ? `the approval of ${ask.principal}`
        : `the approval of ${ask.principal}, who made it or may not approve it: another one does`;
    case 'tree':
      return `a look by the rules of ${ask.tree}`;
    case 'agent':
      return `a look by the agent ${ask.agent}, which approves nothing`;
    case 'window':
      return 'a merge window';
    case 'ticket':
      return 'a ticket';
    case 'comment':
      return 'a reason';
    case 'signature':
      return 'a signature';
  }
}

/** What was said with an approval. */
const howText = (one: Answered): string =>
  [...saidWith(one), ...(one.comment === null ? [] : [`“${one.comment}”`])].join(', ');

function mergesText(
  context: EngineContext,
  at: {
    change: string;
    isOver: boolean;
    state: string;
    standing: Standing;
    given: readonly Answered[];
    hasGate: boolean;
  },
): string {
  const { change, isOver, state, standing, given, hasGate } = at;
  if (isOver || ['merging', 'merged', 'switchHeld', 'mergeHeld'].includes(state)) return `it is ${state}`;
  if (!hasGate) return 'not before it is proven';
  const missing = standing.isEnough ? '' : `not before it has ${standing.missing.map(missingText).join('; ')}`;
  const hold = findTimeHold(context, change);
  if (hold !== undefined)
    return `${missing === '' ? '' : `${missing}; then: `}${timeFault(context, change, { hold, first: [] }).message} Where another change merges first, ${movedBaseText(context)}.`;
  if (missing !== '') return missing;
  const held = dataOf('change.held', context.ledger.latest(`held:${change}`));
  if (state === 'queued.holding' && held !== undefined) return `not yet: ${held.fault.message}`;
  return mergeTimeOf(given.map(approvalOf)) === 'window' ? 'now: the window is open' : 'as soon as its turn comes';
}
