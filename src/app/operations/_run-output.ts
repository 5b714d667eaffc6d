import { Fault } from '../../base/fault.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import type { RunOptions } from '../../domain/runs/options.ts';
import type { App } from '../app.ts';
import { runActions } from '../views/next-actions-view.ts';
import { runView, type RunView } from '../views/run-view.ts';
import { loadGoBack } from './_restore-points.ts';

/** Returns who typed the command: the person whose login it is, or the program of ours that started it. */
export function personOf({ outside: { host } }: App): Actor {
  return host.startedBy === null ? { kind: 'person', name: host.userName } : { kind: 'program', name: host.startedBy };
}

/** Returns the options of a run that is not a goal of its own. */
export const runOptions = (input: { dryRun: boolean; yes: boolean }): RunOptions => ({
  previewOnly: input.dryRun,
  yes: input.yes,
  until: null,
  playbook: null,
  inputs: {},
});

/** Returns the run as the journal tells it now. Fault: `RUN_NOT_FOUND`. */
export async function requireRun(app: App, run: string): Promise<RunView> {
  const { ledger } = await app.installation();
  const view = runView(ledger, run);
  if (view === undefined) throw new Fault('RUN_NOT_FOUND', `There is no run ${run}.`);
  const before = view.restorePoint === null ? undefined : view.change?.gate?.base;
  const goBack = before === undefined ? null : await loadGoBack(app, before);
  return { ...view, goBack, actions: [...runActions(ledger, view)] };
}

/** Returns the run that an accepted request made or moved. */
export async function acceptedRun(
  app: App,
  answer: { readonly run: string | null; readonly sentence: string },
): Promise<RunView> {
  if (answer.run === null) throw new Error(`the supervisor accepted without naming the run: ${answer.sentence}`);
  return requireRun(app, answer.run);
}
