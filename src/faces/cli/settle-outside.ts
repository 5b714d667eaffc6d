import type { OutsideOverview } from '../../app/views/outside-view.ts';
import type { RunView } from '../../app/views/run-view.ts';
import { Fault } from '../../base/fault.ts';
import { faultLines } from './failure.ts';
import { type FollowContext, followRun } from './follow-run.ts';
import { printLines, warn } from './line.ts';

/**
 * Before work begins: shows what moved behind our back and asks whether to keep it. Yes keeps it, as a run of its own
 * that is followed to its end; no leaves it, and the plan says so. Where nobody can be asked the plan says so, too.
 */
export async function settleOutside(context: FollowContext): Promise<void> {
  const { app, table, streams, json } = context;
  const { prompter, err } = streams;
  const [list, keep] = [await table['outside-list']?.(), await table['outside-keep']?.()];
  if (json || prompter === null || list === undefined || keep === undefined) return;
  try {
    const { summary, restorePoint } = (await list.run(app, list.input.parse({}))) as OutsideOverview;
    if (summary === null) return;
    printLines(err, [[warn('! '), summary]]);
    if (restorePoint === null) return;
    const answer = (await prompter.ask(`  keep as ${restorePoint}? [Y/n] > `))?.toLowerCase();
    if (answer !== '' && answer !== 'y' && answer !== 'yes') return;
    const kept = (await keep.run(app, keep.input.parse({ all: true }))) as RunView;
    await followRun(context, kept);
  } catch (error) {
    // It was beside the matter: what was asked for is planned all the same, and the plan tells what is left.
    if (!(error instanceof Fault)) throw error;
    printLines(err, faultLines(error.toRecord()));
  }
}
