import { z } from 'zod';

import { editorHint } from '../../domain/definitions/new-definition.ts';
import { defineOperation } from '../operation.ts';
import { loadDefinitions } from './_definitions.ts';
import { runIdField } from './_inputs.ts';
import { newIdField, newOutput, schemaFromFile, writeDefinition, writeSchema } from './_new-definition.ts';
import { requireWrittenPlan } from './_written-plan.ts';

/** `orchestrate playbooks save <run> --as <id>` */
export const playbooksSave = defineOperation({
  name: 'playbooks save',
  summary: 'Keep the playbook that a language model wrote for a run, as a file of yours.',
  description:
    'Writes playbooks/<id>.yaml in your home, checked before, and commits nothing. From then on its triggers start it without a model; read it first.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    run: runIdField.describe('Run whose plan a model wrote.'),
    as: newIdField,
  }),
  output: newOutput,
  positional: ['run'],
  examples: [{ command: 'orchestrate playbooks save r12 --as fix-model-paths', explains: 'Keep what worked.' }],
  async run(app, { run, as: id }) {
    const { data } = await requireWrittenPlan(app, run);
    const found = await loadDefinitions(app);
    const about = `# Written by ${data.provider}/${data.model} for ${run}; sha256 ${data.sha256}\n`;
    const text = `${editorHint(schemaFromFile('playbook'))}${about}${data.text.replace(/^id: .*$/m, () => `id: ${id}`)}`;
    const { file } = await writeDefinition(app, found, { kind: 'playbooks', id, text: () => text });
    return { id, file, schema: await writeSchema(app, found.home, 'playbook'), changed: [], notUsed: [] };
  },
});
