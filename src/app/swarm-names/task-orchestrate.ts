import { z } from 'zod';

import { run } from '../operations/run.ts';
import { defineSwarmName, notTaken } from './swarm-name.ts';

/** What people write for a priority, old and new. */
const priorities = {
  low: 'low',
  medium: 'normal',
  normal: 'normal',
  high: 'high',
  urgent: 'critical',
  critical: 'critical',
} as const;

const priorityField = z
  .enum(Object.keys(priorities) as (keyof typeof priorities)[])
  .default('medium')
  .describe('How soon it is wanted, where runs wait in line.');

const noDependencies = notTaken(
  'a run does not wait for another: start it when that one is done, or write a playbook whose steps need each other',
);

/** `task_orchestrate` */
export const taskOrchestrate = defineSwarmName({
  name: 'task_orchestrate',
  summary:
    'Carry out a goal: the supervisor plans it, agents do its steps, and it is proven before anything merges. Plan and review wait for a person. The answer names the run.',
  effect: 'write',
  input: z.strictObject({
    task: z.string().trim().min(1).max(500).describe('What to do, in a few words.'),
    priority: priorityField,
    strategy: z
      .enum(['adaptive', 'auto', 'balanced'], {
        error: 'steps go in the order that the playbook’s needs say; leave it out, or give adaptive',
      })
      .default('adaptive')
      .describe('Steps go as soon as what they need is there; all three names mean that.'),
    dependencies: noDependencies,
    maxAgents: notTaken('swarm_scale sets how many may work at once'),
    agents: notTaken('the playbook names its agents'),
    timeout: notTaken('each step has its own limit in the playbook'),
  }),
  run: (app, { task, priority }) => begin(app, task, priority),
});

/** `task_create` */
export const taskCreate = defineSwarmName({
  name: 'task_create',
  summary: 'The same as task_orchestrate: there is no task that nobody works on.',
  effect: 'write',
  input: z.strictObject({
    type: notTaken('the playbook that fits the description is found'),
    description: z.string().trim().min(1).max(500).describe('What to do, in a few words.'),
    priority: priorityField,
    assignTo: notTaken('the playbook names its agents; claims_claim says who looks after it'),
    tags: notTaken('a run has no tags'),
    dependencies: noDependencies,
  }),
  run: (app, { description, priority }) => begin(app, description, priority),
});

async function begin(app: Parameters<typeof run.run>[0], goal: string, priority: keyof typeof priorities) {
  const input = run.input.parse({ goal, priority: priorities[priority], detach: true });
  const view = await run.run(app, input);
  return {
    output: { taskId: view.run, state: view.state, waiting: view.waiting, record: { run: view.run } },
    run: view.isFinal || view.waiting !== null ? null : view.run,
  };
}
