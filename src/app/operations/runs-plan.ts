import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { runIdField } from './_inputs.ts';
import { requireWrittenPlan } from './_written-plan.ts';

/** `orchestrate runs plan <run>` */
export const runsPlan = defineOperation({
  name: 'runs plan',
  summary: 'Show the playbook that a language model wrote for a run, as YAML.',
  description:
    'What is carried out is what the plan showed: steps, arguments and order of exactly this text. It is kept in the journal with its hash.',
  effect: 'read',
  needs: 'home',
  input: z.object({ run: runIdField.describe('Its id, e.g. `r12`.') }),
  output: z.object({
    run: z.string().describe('Its id.'),
    text: z.string().describe('The playbook, as YAML.'),
    sha256: z.string().describe('Hash of the text.'),
    agent: z.string().describe('Agent that asked for it.'),
    provider: z.string().describe('Provider that answered.'),
    model: z.string().describe('Model that wrote it.'),
    nAsked: z.number().describe('How often it was asked until the plan fitted.'),
    row: z.number().describe('Journal row that holds it.'),
  }),
  positional: ['run'],
  examples: [{ command: 'orchestrate runs plan r12', explains: 'What the model planned for r12, before you say yes.' }],
  async run(app, { run }) {
    const { data, seq } = await requireWrittenPlan(app, run);
    const { text, sha256, agent, provider, model, nAsked } = data;
    return { run, text, sha256, agent, provider, model, nAsked, row: seq };
  },
});
