import { Fault } from '../../base/fault.ts';
import { row } from '../../domain/journal/kinds.ts';
import { isBeyondRecall } from '../changes/beyond-recall.ts';
import { findChangeOf } from '../changes/draft.ts';
import { priorityOf } from '../queue/place.ts';
import { accepted, type Handlers } from './handler.ts';
import { requireOpenRun } from './runs.ts';

export const queueRequests: Handlers<'run.prioritise'> = {
  async 'run.prioritise'(engine, { run, to, by }, id) {
    requireOpenRun(engine, run);
    const change = findChangeOf(engine, run)?.change;
    const at = change === undefined ? undefined : engine.host.find(change);
    if (at && (await isBeyondRecall(engine, at)))
      throw new Fault('RUN_FINISHED', `${run} is merging, or has merged: its priority no longer matters.`, {
        hints: [`orchestrate runs show ${run}`],
      });
    const from = priorityOf(engine.ledger, run);
    if (from === to)
      throw new Fault('NOTHING_TO_DO', `${run} has priority ${to} already.`, { hints: ['orchestrate queue'] });
    await engine.ledger.append(
      [row('run.prioritised', { run, from, to, by }, { run, keys: [`priority:${run}`] })],
      accepted(id, run, `${run} has priority ${to} now; it was ${from}.`),
    );
  },
};
