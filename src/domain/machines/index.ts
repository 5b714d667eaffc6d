import { alertMachine } from './alert.machine.ts';
import { changeMachine } from './change.machine.ts';
import { instanceMachine } from './instance.machine.ts';
import { runMachine } from './run.machine.ts';
import { supervisorMachine } from './supervisor.machine.ts';
import { taskMachine } from './task.machine.ts';

/** Every machine by the word that begins its journal rows. */
export const machines = {
  supervisor: supervisorMachine,
  run: runMachine,
  task: taskMachine,
  change: changeMachine,
  instance: instanceMachine,
  alert: alertMachine,
} as const;

export type MachineName = keyof typeof machines;

/** Raised when a machine changes so that old rows would fold to another state; old rows keep their number. */
export const machineVersions: Readonly<Record<MachineName, number>> = {
  supervisor: 1,
  run: 1,
  task: 1,
  change: 1,
  instance: 1,
  alert: 1,
};
