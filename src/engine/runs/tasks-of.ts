import { takenBackBy } from '../../domain/plans/take-back.ts';
import type { Engine } from '../engine.ts';
import type { MachineView } from '../machines/host.ts';

/** Returns the tasks of a run that are hosted, without those that take others back. */
export const tasksOf = (engine: Engine, run: string): readonly MachineView[] =>
  engine.host
    .all('task')
    .filter(({ subject }) => subject.startsWith(`${run}.`) && takenBackBy(stepIdOf(run, subject)) === undefined);

/** Returns `lock` for the task `r12.lock`, `smoke.2` for `r12.smoke.2`. */
export const stepIdOf = (run: string, task: string): string => task.slice(run.length + 1);
