import { z } from 'zod';

import { fillKit } from '../../domain/kits/fill.ts';
import { valuesOf } from '../../domain/kits/parameter.ts';
import { requireKit } from '../kits/shelf.ts';
import { defineOperation } from '../operation.ts';
import { kitHeadSchema, kitIdField, setField } from './_kits.ts';

/** `orchestrate templates show <id>` */
export const templatesShow = defineOperation({
  name: 'templates show',
  summary: 'Show a template: its parameters, and its files with them filled in.',
  description:
    'Every file is compared with the checksum of the manifest before anything of it is shown. A parameter that has no value yet stands in the files as {{name}}. Nothing is written.',
  effect: 'read',
  needs: 'none',
  input: z.object({ id: kitIdField, set: setField }),
  output: kitHeadSchema.extend({
    description: z.string().describe('What it is for.'),
    dir: z.string().describe('Where it lies.'),
    parameters: z
      .array(
        z.object({
          name: z.string(),
          type: z.enum(['text', 'name', 'number', 'integer', 'choice']),
          description: z.string(),
          value: z.string().nullable().describe('What was given, else the default; null: it has to be given.'),
          allowed: z.string().describe('What it may be.'),
        }),
      )
      .describe('What can be set with --set.'),
    files: z
      .array(z.object({ path: z.string().describe('Path in home.'), text: z.string() }))
      .describe('What it writes, filled in.'),
    startArguments: z.array(z.string()).describe('What becomes of service.args in orchestrate.yaml.'),
    next: z.array(z.string()).describe('What to do once it is merged.'),
  }),
  positional: ['id'],
  examples: [
    { command: 'orchestrate templates show gpu-rtx-3060', explains: 'Its parameters, and what it would write.' },
    {
      command: 'orchestrate templates show workflow-text-to-image --set checkpoint=sd_xl_base_1.0.safetensors',
      explains: 'With a parameter filled in.',
    },
  ],
  async run(app, { id, set }) {
    const { kit, origin, dir, texts } = await requireKit(app, id);
    const values = valuesOf(kit, set);
    const { files, startArguments } = fillKit(kit, texts, values);
    return {
      ...{ id: kit.id, title: kit.title, kind: kit.kind, fits: kit.fits, origin, problem: null },
      description: kit.description,
      dir,
      parameters: Object.entries(kit.parameters).map(([name, parameter]) => ({
        name,
        type: parameter.type,
        description: parameter.description,
        value: values[name] ?? null,
        allowed: allowedText(parameter),
      })),
      files: files.map(({ path, text }) => ({ path, text })),
      startArguments: [...startArguments],
      next: [...kit.next],
    };
  },
});

function allowedText(parameter: Awaited<ReturnType<typeof requireKit>>['kit']['parameters'][string]): string {
  switch (parameter.type) {
    case 'text':
      return `text, ${parameter['at-most']} characters at most`;
    case 'name':
      return 'lower-case letters, digits and "-"';
    case 'choice':
      return parameter.options.join(', ');
    case 'number':
    case 'integer':
      return `${parameter.type === 'integer' ? 'whole number' : 'number'} from ${parameter.least} to ${parameter.most}`;
  }
}
