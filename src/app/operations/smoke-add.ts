import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { detachField, dryRunField, yesField } from './_inputs.ts';
import { acceptedRun, personOf, runOptions } from './_run-output.ts';
import { readShipped, readWorkflowFile, shippedWorkflows } from './_workflow-source.ts';

/** `orchestrate smoke add [file]` */
export const smokeAdd = defineOperation({
  name: 'smoke add',
  summary: 'Make one of your workflows a test that every change has to pass.',
  description:
    'Takes a workflow in API format, or a picture of ComfyUI that carries one, writes it to workflows/, and proves it by running it. From then on every change has to run it as well as before. What the editor saves is another form; the server cannot run it, and how to export is explained.',
  effect: 'write',
  needs: 'home',
  follows: true,
  input: z.object({
    file: z.string().min(1).nullable().default(null).describe('A .json in API format, or a .png of ComfyUI.'),
    name: z.string().nullable().default(null).describe('What to call it; the name of the file otherwise.'),
    shipped: z
      .enum(shippedWorkflows)
      .nullable()
      .default(null)
      .describe('A workflow that comes with orchestrate, instead of a file: `generate` needs --model.'),
    model: z.string().min(1).max(400).nullable().default(null).describe('Checkpoint for --shipped generate.'),
    dryRun: dryRunField,
    yes: yesField,
    detach: detachField,
  }),
  output: runSchema,
  positional: ['file'],
  examples: [
    { command: 'orchestrate smoke add portrait.json', explains: 'From now on every change has to run it.' },
    {
      command: 'orchestrate smoke add output/portrait_00012_.png --name portrait',
      explains: 'The graph in a picture.',
    },
    { command: 'orchestrate smoke add --shipped no-model', explains: 'One that needs no model.' },
  ],
  async run(app, input) {
    const { file, shipped, model, name } = input;
    if ((file === null) === (shipped === null))
      throw new Fault('USAGE_BAD_ARGUMENT', 'Give either a file or --shipped.', {
        hints: ['orchestrate smoke add --help'],
        state: 'Nothing was changed.',
      });
    const source =
      shipped === null
        ? await readWorkflowFile(app, file ?? '', name)
        : await readShipped(app, { which: shipped, model, name });
    const options = {
      ...runOptions(input),
      playbook: 'add-workflow',
      inputs: { name: source.name, graph: source.text },
    };
    const goal = `add workflow ${source.name}`;
    return acceptedRun(app, await app.ask('run.start', { goal, options, by: personOf(app) }));
  },
});
