import type { SuspectMerge } from '../../actions/_service-care.ts';
import { Fault } from '../../base/fault.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { signsAfter } from '../../domain/services/suspect.ts';
import type { Engine } from '../engine.ts';
import { planUndo } from '../restore/targets.ts';
import { readBranch } from '../runs/preview.ts';

/** Alerts that are looked through, the newest ones. */
const maxAlerts = 500;
const maxSigns = 10;
const maxMoves = 20;

/**
 * Finds the merge that an undo would take back, and what trouble began after it, by rows. Says nothing about why. Changes nothing; a
 * repeat is safe.
 */
export async function suspectMerge(engine: Engine): Promise<SuspectMerge> {
  const { base } = await readBranch(engine);
  const none = { point: null, title: null, mergedAtMs: null, moves: [], began: [], backTo: null };
  try {
    const { dropped, to } = await planUndo(engine, base);
    const merge = dropped[0];
    if (merge === undefined) return { ...none, blocked: 'There is no merge to undo.' };
    const { title, change, moves, made } = merge.manifest;
    if (isWayBack(made, title))
      return { ...none, blocked: `${merge.name} (${title}) is a way back itself, and not undone.` };
    const mergedAtMs = engine.ledger.latest(`merged:${change}`)?.atMs ?? null;
    return {
      ...{ point: merge.name, title, mergedAtMs, backTo: to, blocked: null },
      moves: moves.slice(0, maxMoves).map(({ name, from, to: now }) => `${name} ${from ?? 'none'} → ${now ?? 'none'}`),
      began: mergedAtMs === null ? [] : signsAfter(mergedAtMs, signsOf(engine)).slice(0, maxSigns),
    };
  } catch (error) {
    if (!(error instanceof Fault) || (error.code !== 'NOTHING_TO_DO' && error.code !== 'CHANGE_CONFLICT')) throw error;
    return { ...none, blocked: error.message };
  }
}

/** To take it back would bring in again what somebody took out; a redo is a merge like another. */
const isWayBack = (made: string, title: string): boolean =>
  made === 'restore' || (made === 'undo' && !title.startsWith('redo '));

function signsOf({ ledger }: Engine) {
  return ledger.read({ kinds: ['alert.raised'], descending: true, limit: maxAlerts }).flatMap((entry) => {
    const raised = dataOf('alert.raised', entry);
    return raised === undefined
      ? []
      : [{ key: raised.key, severity: raised.severity, sentence: raised.sentence, atMs: entry.atMs, row: entry.seq }];
  });
}
