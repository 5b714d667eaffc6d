import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { didYouMean } from '../../domain/definitions/did-you-mean.ts';
import { defineOperation } from '../operation.ts';
import { promptSchema, promptView } from '../views/prompt-view.ts';
import { saidYesField } from './_inputs.ts';
import { requireServiceUrl } from './_prompts.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate service cancel <prompt>` */
export const serviceCancel = defineOperation({
  name: 'service cancel',
  summary: 'Take one prompt back from production, waiting or running: shows it, asks, and does exactly that.',
  description:
    'By its id, and never another one: one that runs is stopped between two steps of its node, and what it made so far is lost. Nothing brings it back.',
  effect: 'destroy',
  needs: 'home',
  asksFirst: true,
  input: z.object({
    prompt: z.string().min(1).max(200).describe('Its id, as `service queue` shows it.'),
    dryRun: z.boolean().default(false).describe('Show the prompt and leave it.'),
    yes: saidYesField,
  }),
  output: z.object({
    state: z.enum(['planned', 'cancelled']).describe('`planned`: it is there still.'),
    was: z.enum(['running', 'waiting']).describe('Where it was when it was looked for.'),
    prompt: promptSchema.describe('The prompt.'),
    sentence: z.string().describe('What came of it.'),
  }),
  positional: ['prompt'],
  examples: [
    {
      command: 'orchestrate service cancel 0f2f5a0e-7e0b-4c8e-9a57-0d9f8f0a4e11',
      explains: 'Show that prompt, ask, and take it back.',
    },
  ],
  async run(app, { prompt: promptId, dryRun, yes }) {
    const { active, pending } = await app.outside.service.queue(await requireServiceUrl(app));
    const ofId = (one: { readonly prompt_id?: unknown }): boolean => one.prompt_id === promptId;
    const running = active.find(ofId);
    const found = running ?? pending.find(ofId);
    if (found === undefined) {
      const ids = [...active, ...pending].map((one) => promptView(one).promptId);
      throw new Fault('PROMPT_NOT_FOUND', `No prompt ${promptId} runs or waits.${didYouMean(promptId, ids)}`, {
        state: 'Nothing was cancelled.',
      });
    }
    const was = running === undefined ? ('waiting' as const) : ('running' as const);
    const shown = { was, prompt: promptView(found) };
    if (dryRun || !yes) return { state: 'planned' as const, ...shown, sentence: `It is ${was}.` };
    const { sentence } = await app.ask('prompt.cancel', { promptId, by: personOf(app) });
    return { state: 'cancelled' as const, ...shown, sentence };
  },
});
