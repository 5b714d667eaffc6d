import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import { type FoundFolder, planSync, syncHash, type SyncStep } from '../../domain/scale/sync-plan.ts';
import { branchHead } from '../changes/branch-head.ts';
import type { EngineContext } from '../context.ts';
import type { Engine } from '../engine.ts';
import { unfitHome } from '../runs/unfit-home.ts';
import { slotNamesOf } from './slots-of.ts';
import { whyKept } from './spare.ts';
import { takeAwaySlot } from './take-away.ts';

export interface SyncPreview {
  readonly hash: string;
  readonly steps: readonly SyncStep[];
}

/** Finds out what would make the folders below `trees/` agree with the definitions. Moves nothing. */
export async function previewSync(context: EngineContext): Promise<SyncPreview> {
  const trees = new Map(
    [...context.definitions.trees.values()].map((tree) => [tree.id, slotNamesOf(context, tree)] as const),
  );
  const wanted = new Set([...trees.values()].flat());
  const branch = await branchOf(context);
  const found: FoundFolder[] = [];
  for (const slot of await context.home.listSlots()) {
    const { name, state } = slot;
    const lease = context.ledger.latest(`lease:slot:${name}`);
    const taken = dataOf('lease.taken', lease)?.run;
    const holder = taken !== undefined && !context.ledger.latest(`close:${taken}`) ? taken : null;
    const isOurs = lease !== undefined;
    const mayGo = !wanted.has(name) && (isOurs || trees.has(name.split('@')[0] ?? ''));
    const kept =
      mayGo && state === 'linked'
        ? ((await whyKept(context, slot, { holder: holder ?? undefined, branch })) ?? null)
        : mayGo && holder !== null
          ? `${holder} works in it`
          : null;
    found.push({ name, state, isOurs, holder, kept });
  }
  const steps = planSync({ trees, found });
  return { steps, hash: syncHash(steps, (text) => context.outside.digest.sha256(text)) };
}

async function branchOf(context: EngineContext): Promise<string> {
  const state = await context.home.inspect();
  if (state.kind === 'ready') return branchHead(context, state.branchRef);
  throw await unfitHome(context, state);
}

/**
 * Carries out the plan of that hash, and answers the request with it. Called again for the same request after a kill, it goes
 * on with the plan that it began. Fault `CHANGE_MOVED` when it is another one now.
 */
export async function carryOutSync(
  engine: Engine,
  options: { readonly hash: string; readonly by: Actor; readonly request: number },
): Promise<void> {
  const { hash, steps } = await engine.perform<SyncPreview>(
    { key: `sync:${options.request}:plan`, name: 'fix what is moved', input: { hash: options.hash }, run: null },
    { act: () => fixPlan(engine, options.hash) },
  );
  const branch = await branchOf(engine);
  const slots = await engine.home.listSlots();
  const done: SyncStep[] = [];
  for (const step of steps) {
    const slot = slots.find(({ name }) => name === step.slot);
    if (step.act !== 'trash' || slot === undefined) {
      done.push(step);
      continue;
    }
    const key = `sync:${options.request}:${step.slot}`;
    // The last look is just before the move: a run may have begun meanwhile.
    const taken = await takeAwaySlot(engine, slot, { key, branch });
    done.push(taken.kind === 'gone' ? step : { act: 'leave', slot: step.slot, reason: taken.reason });
  }
  const answer: JsonObject = { kind: 'accepted', run: null, sentence: 'The slots agree with the definitions.' };
  await engine.ledger.append(
    [row('trees.synced', { hash, steps: done, by: options.by }, { keys: ['trees-synced'] })],
    [{ id: options.request, answer }],
  );
}

async function fixPlan(engine: Engine, seen: string): Promise<SyncPreview> {
  const plan = await previewSync(engine);
  if (plan.hash === seen) return plan;
  throw new Fault('CHANGE_MOVED', 'What would be done below trees/ is something else now than what you saw.', {
    hints: ['orchestrate trees sync --dry-run'],
    state: 'Nothing was moved.',
  });
}
