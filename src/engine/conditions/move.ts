import { Fault } from '../../base/fault.ts';
import { dueAt } from '../../domain/bus/lifetime.ts';
import { findConditionName, treeOfCondition } from '../../domain/conditions/name.ts';
import { whyNotOwner } from '../../domain/conditions/owner.ts';
import { didYouMean } from '../../domain/definitions/did-you-mean.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { row } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import type { Beside } from '../machines/host.ts';
import { momentOf } from '../moment.ts';
import { standingNow } from './standing.ts';

/** What conditions are moved with: any part of the engine, and tests. */
type Moving = Pick<Engine, 'ledger' | 'definitions' | 'outside'>;

/** Evidence of one condition: more is read by nobody. */
const maxEvidence = 20;
/** Longest word of evidence, in characters. */
const maxEvidenceChars = 500;

/**
 * Sets a condition from now on. Whoever is no person has to name rows that it rests on. Writes `condition.set`, with the answer beside it;
 * a repeat with the same words is refused.
 * Faults: `CONDITION_INVALID`, `TREE_NOT_FOUND`, `CONDITION_NOT_YOURS`, `CONDITION_WITHOUT_EVIDENCE`, `NOTHING_TO_DO`.
 */
export async function setCondition(
  engine: Moving,
  options: {
    readonly name: string;
    readonly by: Actor;
    readonly evidence: readonly string[];
    readonly expiresAtMs: number | null;
    readonly run?: string;
    readonly answers?: Beside['answers'];
  },
): Promise<number> {
  const { name, by, evidence, expiresAtMs, run = null, answers } = options;
  requireOwner(engine, name, by);
  requireEvidence(engine, options);
  const standing = standingNow(engine, name);
  const before = standing.kind === 'holds' ? standing.condition : undefined;
  const isSame =
    before !== undefined &&
    before.by.kind === by.kind &&
    before.by.name === by.name &&
    before.expiresAtMs === expiresAtMs &&
    before.evidence.join('\n') === evidence.join('\n');
  if (isSame)
    throw new Fault('NOTHING_TO_DO', `${name} holds already, by the same words (#${before.row}).`, {
      hints: ['orchestrate conditions list'],
      state: 'Nothing was changed.',
    });
  const due = expiresAtMs === null ? {} : { due: dueAt(expiresAtMs, momentOf(engine.outside.clock)) };
  const [entry] = await engine.ledger.append(
    [row('condition.set', { name, by, evidence, expiresAtMs, ...due }, { run, keys: [`condition:${name}`] })],
    answers,
  );
  return entry?.seq ?? 0;
}

/**
 * Says that a condition holds no longer. Writes `condition.cleared`, with the answer beside it.
 * Faults: `CONDITION_INVALID`, `TREE_NOT_FOUND`, `CONDITION_NOT_YOURS`, `CONDITION_NOT_SET`.
 */
export async function clearCondition(
  engine: Moving,
  options: {
    readonly name: string;
    readonly by: Actor;
    readonly reason: string;
    readonly answers?: Beside['answers'];
  },
): Promise<void> {
  const { name, by, reason, answers } = options;
  requireOwner(engine, name, by);
  const { kind } = standingNow(engine, name);
  if (kind !== 'holds')
    throw new Fault('CONDITION_NOT_SET', `${name} does not hold${kind === 'expired' ? ': its time is over' : ''}.`, {
      state: 'Nothing was changed.',
    });
  await engine.ledger.append(
    [row('condition.cleared', { name, by, reason }, { keys: [`condition:${name}`] })],
    answers,
  );
}

function requireOwner({ definitions }: Moving, name: string, by: Actor): void {
  const state = 'Nothing was changed.';
  if (findConditionName(name) === undefined)
    throw new Fault('CONDITION_INVALID', `${JSON.stringify(name.slice(0, 100))} is no name of a condition.`, {
      hints: ['A tree and a name of its own: env-setup:environment_stable', 'orchestrate conditions list'],
      state,
    });
  const tree = treeOfCondition(name);
  const known = [...definitions.trees.keys()];
  if (!definitions.trees.has(tree))
    throw new Fault('TREE_NOT_FOUND', `${name} is of no tree: there is no ${tree}.${didYouMean(tree, known)}`, {
      hints: [`Trees: ${known.join(', ')}`],
      state,
      data: { tree, known },
    });
  const why = whyNotOwner(name, by, definitions.agents);
  if (why !== undefined)
    throw new Fault('CONDITION_NOT_YOURS', `${by.name} may not set or clear ${name}: ${why}.`, {
      hints: [`orchestrate conditions set ${name}   (a person types it)`],
      state,
      data: { name, by: by.name },
    });
}

function requireEvidence(
  { ledger, outside }: Moving,
  options: {
    readonly name: string;
    readonly by: Actor;
    readonly evidence: readonly string[];
    readonly expiresAtMs: number | null;
  },
): void {
  const { name, by, evidence, expiresAtMs } = options;
  const state = 'Nothing was changed.';
  const bad = (sentence: string): Fault => new Fault('CONDITION_INVALID', sentence, { state });
  if (evidence.length > maxEvidence || evidence.some((word) => word.length > maxEvidenceChars))
    throw bad(`${name} rests on more than ${maxEvidence} words of ${maxEvidenceChars} characters.`);
  if (expiresAtMs !== null && expiresAtMs <= outside.clock.nowMs()) throw bad(`${name} would be over already.`);
  const rows = evidence.flatMap((word) => /^#([1-9]\d{0,14})$/.exec(word)?.[1] ?? []);
  for (const seq of rows) {
    if (ledger.read({ afterSeq: Number(seq) - 1, limit: 1 })[0]?.seq === Number(seq)) continue;
    throw bad(`The journal has no row #${seq} that ${name} could rest on.`);
  }
  const needsRow = by.kind === 'program' || by.kind === 'model';
  if (needsRow && rows.length === 0)
    throw new Fault('CONDITION_WITHOUT_EVIDENCE', `${by.name} names no journal row that ${name} rests on.`, {
      hints: ['A step that sets a condition needs the steps whose reports it rests on.'],
      state,
    });
}
