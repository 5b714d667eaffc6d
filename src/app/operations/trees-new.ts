import { z } from 'zod';

import { titleField } from '../../domain/definitions/fields.ts';
import { newTree } from '../../domain/definitions/new-definition.ts';
import { nextHomePort } from '../../domain/scale/new-tree.ts';
import { defineOperation } from '../operation.ts';
import { loadDefinitions } from './_definitions.ts';
import {
  newIdField,
  newOutput,
  overrideField,
  schemaFromFile,
  writeDefinition,
  writeSchema,
} from './_new-definition.ts';

/** `orchestrate trees new <id>` */
export const treesNew = defineOperation({
  name: 'trees new',
  summary: 'Write a new tree to fill in, with the schema that your editor checks it by.',
  description:
    'Writes trees/<id>.yaml in your home, checked before, and commits nothing. `trees add` makes the same file through the pipeline.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    id: newIdField,
    override: overrideField,
    title: titleField.nullable().default(null).describe('What it looks after.'),
  }),
  output: newOutput,
  positional: ['id'],
  examples: [{ command: 'orchestrate trees new styles', explains: 'A tree for the files below docs/styles/.' }],
  async run(app, { id, override, title }) {
    const found = await loadDefinitions(app);
    const { ports, service } = found.config;
    const leased = Array.from({ length: ports.last - ports.first + 1 }, (_, index) => ports.first + index);
    const homePort = nextHomePort(found.definitions, new Set([service.port, ...leased]));
    const reviewers = ['ops-maint'].filter((one) => one !== id && found.definitions.trees.has(one));
    const blank = newTree({ id, title: title ?? id, schema: schemaFromFile('tree'), homePort, reviewers });
    const { file } = await writeDefinition(app, found, {
      kind: 'trees',
      id,
      override,
      text: (builtIn) => builtIn ?? blank,
    });
    return { id, file, schema: await writeSchema(app, found.home, 'tree'), changed: [], notUsed: [] };
  },
});
