import { z } from 'zod';

import type { Playbook } from '../../domain/definitions/types.ts';

/** A playbook as lists carry it. */
export const playbookHeadSchema = z.object({
  playbook: z.string().describe('Its id.'),
  title: z.string().describe('Its name for people.'),
  triggers: z.array(z.string()).describe('What people type; `{name}` stands for one word.'),
  on: z.array(z.string()).describe('Topics whose messages start it.'),
  tree: z.string().describe('Tree that it runs in.'),
  risk: z.enum(['low', 'medium', 'high']).describe('Least tier of its changes.'),
  nSteps: z.number().describe('How many steps it has.'),
  file: z.string().describe('Where it is written.'),
});
export type PlaybookHead = z.infer<typeof playbookHeadSchema>;

/** A playbook as outputs carry it. */
export const playbookSchema = playbookHeadSchema.extend({
  description: z.string().describe('What is different afterwards.'),
  trees: z.array(z.string()).describe('Other trees that it may run in.'),
  plan: z.string().describe('Action that chooses before anything is written.'),
  inputs: z
    .array(z.object({ name: z.string(), description: z.string(), default: z.string().nullable() }))
    .describe('What it is given; without a default it has to come from the goal.'),
  steps: z
    .array(
      z.object({
        id: z.string(),
        title: z.string(),
        action: z.string(),
        agent: z.string(),
        needs: z.array(z.string()),
        waitsFor: z.array(z.string()),
        timeoutSeconds: z.number(),
        retries: z.number(),
      }),
    )
    .describe('Its steps in the order of the file.'),
});
export type PlaybookView = z.infer<typeof playbookSchema>;

/** Returns a playbook without its steps. */
export const playbookHead = (playbook: Playbook): PlaybookHead => ({
  playbook: playbook.id,
  title: playbook.title,
  triggers: [...playbook.triggers],
  on: [...playbook.on],
  tree: playbook.tree,
  risk: playbook.risk,
  nSteps: playbook.steps.length,
  file: playbook.file,
});

/** Returns a playbook with its steps. */
export const playbookView = (playbook: Playbook): PlaybookView => ({
  ...playbookHead(playbook),
  description: playbook.description.trim(),
  trees: [...playbook.trees],
  plan: playbook.plan,
  inputs: Object.entries(playbook.inputs).map(([name, input]) => ({ name, ...input })),
  steps: playbook.steps.map((step) => ({
    id: step.id,
    title: step.title,
    action: step.action,
    agent: step.agent,
    needs: [...step.needs],
    waitsFor: [...step.waitsFor],
    timeoutSeconds: step.timeoutMs / 1000,
    retries: step.retries,
  })),
});
