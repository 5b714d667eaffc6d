import { row } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import type { Reviewed } from '../policy/approvals.ts';
import { policyDigest } from '../policy/digest.ts';
import type { Drafted } from './draft.ts';
import type { Gated } from './gate.ts';

/** An answer to a change, before it is put on record for what is gated. */
export type Answer = Pick<Reviewed, 'reviewer' | 'by' | 'verdict' | 'questions' | 'comment'> &
  Partial<Pick<Reviewed, 'when' | 'ticket' | 'login' | 'signature' | 'brokeGlass' | 'note' | 'findings' | 'read'>> & {
    readonly drafted: Drafted;
    readonly gated: Gated;
  };

/** Writes one answer on exactly this base, tree and policy. */
export async function answer(engine: Engine, options: Answer): Promise<void> {
  await engine.ledger.append([answerRow(engine, options)]);
}

/** Returns the row of an answer on exactly this base, tree and policy. */
export function answerRow(engine: Engine, { drafted, gated, ...given }: Answer) {
  const { change, run } = drafted;
  const data: Reviewed = { change, base: gated.base, tree: gated.exact, policy: policyDigest(engine), ...given };
  return row('review.answered', data, { run, keys: [`review:${change}`, `review:${change}:${given.reviewer}`] });
}
