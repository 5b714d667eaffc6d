import { z } from 'zod';

import { rejectReasons } from '../../domain/routing/rejected.ts';
import { explainRoute } from '../../engine/spending/explain-route.ts';
import { defineOperation } from '../operation.ts';
import { runIdField } from './_inputs.ts';

/** `orchestrate route explain "<task>"` */
export const routeExplain = defineOperation({
  name: 'route explain',
  summary: 'Say which language model would be given a task, and why not the others.',
  description:
    'By the rules of `compute` in orchestrate.yaml, the keys that are there, what is left of the budgets, and who is left alone after failures. Nothing is sent.',
  effect: 'read',
  needs: 'home',
  input: z.object({
    task: z.string().max(100_000).default('').describe('What would be asked; its length counts.'),
    type: z
      .string()
      .regex(/^[a-z][a-z0-9_-]{0,39}$/, 'has to be one lower-case word')
      .default('work')
      .describe('Sort of the task: `plan`, `review`, `work`, or what an agent’s file says.'),
    model: z.string().min(1).max(200).nullable().default(null).describe('A model that is wanted by name.'),
    run: runIdField.nullable().default(null).describe('As a part of this run: its budget counts.'),
  }),
  output: z.object({
    type: z.string(),
    chosen: z
      .object({
        provider: z.string(),
        model: z.string(),
        why: z.string(),
        likelyMicroUsd: z.number().describe('What one turn is likely to cost, in micro-USD.'),
      })
      .nullable()
      .describe('Null: nobody can be asked.'),
    rejected: z
      .array(
        z.object({
          provider: z.string(),
          model: z.string(),
          reason: z.enum(rejectReasons),
          why: z.string(),
          untilMs: z
            .number()
            .nullable()
            .describe('For `closed`: when it may be asked again, in milliseconds since 1970.'),
        }),
      )
      .describe('Every other model that is configured.'),
  }),
  positional: ['task'],
  examples: [
    { command: 'orchestrate route explain "find why the workflow fails" --type work', explains: 'Who would get this?' },
    { command: 'orchestrate route explain --type plan --json', explains: 'Who would plan, for a program.' },
  ],
  async run(app, { task, type, model, run }) {
    const scene = { ...(await app.installation()), outside: app.outside };
    const route = await explainRoute(scene, {
      ...{ text: task, taskType: type, wanted: model, run, agent: '', conversation: '' },
    });
    const rejected = route.rejected.map((one) => ({ ...one, untilMs: one.untilMs ?? null }));
    if (route.kind === 'none') return { type, chosen: null, rejected };
    const { choice, why, likelyMicroUsd } = route;
    return { type, chosen: { provider: choice.provider.id, model: choice.model.id, why, likelyMicroUsd }, rejected };
  },
});
