import { z } from 'zod';

import { requireRun } from '../operations/_run-output.ts';
import { defineSwarmName } from './swarm-name.ts';

const taskIdField = z.string().min(1).max(80).describe('The run, e.g. `r12`, or one of its steps, `r12.lock`.');

const runOf = (taskId: string): string => taskId.split('.')[0] ?? taskId;

/** `task_status` */
export const taskStatus = defineSwarmName({
  name: 'task_status',
  summary: 'Where a run is: its steps, what it waits for, what went wrong.',
  effect: 'read',
  input: z.strictObject({ taskId: taskIdField }),
  async run(app, { taskId }) {
    const view = await requireRun(app, runOf(taskId));
    const { run, goal, state, isFinal, waiting, fault, steps } = view;
    return { output: { taskId: run, goal, state, isFinal, waiting, fault, steps, record: { run } } };
  },
});

/** `task_results` */
export const taskResults = defineSwarmName({
  name: 'task_results',
  summary:
    'What a run that has ended brought: its change, evidence, restore point and the way back. While it goes on there are none.',
  effect: 'read',
  input: z.strictObject({ taskId: taskIdField }),
  async run(app, { taskId }) {
    const view = await requireRun(app, runOf(taskId));
    if (!view.isFinal) {
      const { run, state, waiting } = view;
      return { output: { taskId: run, state, waiting, results: null, record: { run } } };
    }
    return {
      output: {
        taskId: view.run,
        state: view.state,
        results: view,
        record: { run: view.run, restorePoint: view.restorePoint },
      },
    };
  },
});
