import { Fault, faultRecord } from '../../base/fault.ts';
import { isSameFinding, repairsHash, type ShownRepair } from '../../domain/doctor/finding.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { dataOf, type JournalKinds } from '../../domain/journal/kinds.ts';
import { isEnd } from '../effects/is-end.ts';
import type { Engine } from '../engine.ts';
import { lookAt } from './look.ts';
import { repairs as carryOut } from './repairs.ts';

export type Fixed = JournalKinds['doctor.fixed']['repairs'][number];

/**
 * Carries out the repairs that were shown, each only while its finding is still what was shown: one that is gone is told, one that
 * is something else by now is left. `key` names the request for all time: called again after a kill it goes on where it was.
 * Fault `PLAN_MOVED` when nothing of it is as it was shown, or the hash names something else.
 */
export async function fixFindings(
  engine: Engine,
  options: { repairs: readonly ShownRepair[]; hash: string; by: Actor; key: string },
): Promise<readonly Fixed[]> {
  const { repairs, hash, by, key } = options;
  if (repairsHash(repairs, (text) => engine.outside.digest.sha256(text)) !== hash) throw planMoved();
  const fixed: Fixed[] = [];
  for (const shown of repairs) fixed.push(await fixOne(engine, { shown, by, key: `${key}:${shown.id}` }));
  if (fixed.length > 0 && fixed.every(({ outcome }) => outcome === 'moved')) throw planMoved();
  return fixed;
}

/** The fault for repairs that are not what the person saw. */
export const planMoved = (): Fault =>
  new Fault('PLAN_MOVED', 'What would be repaired is something else now than what was shown.', {
    state: 'Nothing was repaired.',
    hints: ['orchestrate doctor --fix'],
  });

async function fixOne(
  engine: Engine,
  { shown, by, key }: { shown: ShownRepair; by: Actor; key: string },
): Promise<Fixed> {
  const { id, area, act, subject, does } = shown;
  try {
    return await engine.perform<Fixed>(
      { key, name: `repair ${id}: ${does}`, input: { act, subject }, run: null },
      {
        act: async () => {
          const { findings } = await lookAt(engine, area, { isDeep: act === 'trash-wheel' });
          const now = findings.find((one) => one.id === id);
          if (now === undefined) return { id, outcome: 'gone', sentence: `it is so no longer${startText(engine)}` };
          if (!isSameFinding(shown, now) || now.repair.kind !== 'safe' || now.repair.subject !== subject)
            return { id, outcome: 'moved', sentence: 'it is something else by now, and was left' };
          return { id, outcome: 'repaired', sentence: await carryOut[now.repair.act](engine, subject, by) };
        },
      },
    );
  } catch (error) {
    if (!(error instanceof Fault) || isEnd(error)) throw error;
    return { id, outcome: 'failed', sentence: `${error.code}: ${faultRecord(error).message}` };
  }
}

/** A supervisor puts right what a kill left before it takes its first request: where that is written down. */
function startText({ ledger }: Engine): string {
  const [entry] = ledger.read({ kinds: ['supervisor.reconciled'], descending: true, limit: 1 });
  const nFound = dataOf('supervisor.reconciled', entry)?.findings.length ?? 0;
  return entry === undefined || nFound === 0 ? '' : `; what this supervisor put right at its start is in #${entry.seq}`;
}
