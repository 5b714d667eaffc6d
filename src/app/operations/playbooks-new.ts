import { z } from 'zod';

import { actions } from '../../actions/index.gen.ts';
import { Fault } from '../../base/fault.ts';
import { idField, titleField } from '../../domain/definitions/fields.ts';
import { neededBy } from '../../domain/definitions/known-names.ts';
import { newPlaybook } from '../../domain/definitions/new-definition.ts';
import type { Definitions } from '../../domain/definitions/types.ts';
import { defineOperation } from '../operation.ts';
import { knownNames } from '../read-definitions.ts';
import { loadDefinitions } from './_definitions.ts';
import {
  newIdField,
  newOutput,
  overrideField,
  schemaFromFile,
  writeDefinition,
  writeSchema,
} from './_new-definition.ts';

/** `orchestrate playbooks new <id>` */
export const playbooksNew = defineOperation({
  name: 'playbooks new',
  summary: 'Write a new playbook to fill in, with the schema that your editor checks it by.',
  description: 'Writes playbooks/<id>.yaml in your home, checked before, and commits nothing.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    id: newIdField,
    override: overrideField,
    tree: idField.nullable().default(null).describe('Tree that it runs in; the first one otherwise.'),
    title: titleField.nullable().default(null).describe('Its name for people.'),
  }),
  output: newOutput,
  positional: ['id'],
  examples: [
    { command: 'orchestrate playbooks new tidy-styles --tree models-integ', explains: 'A new file to fill in.' },
    { command: 'orchestrate playbooks new upgrade-pytorch --override', explains: 'Change a built-in playbook.' },
  ],
  async run(app, { id, override, tree, title }) {
    const found = await loadDefinitions(app);
    const where = tree ?? [...found.definitions.trees.keys()][0] ?? '';
    const blank = (): string =>
      newPlaybook({
        id,
        title: title ?? `${id.charAt(0).toUpperCase()}${id.slice(1).replaceAll('-', ' ')}`,
        tree: where,
        schema: schemaFromFile('playbook'),
        step: firstStep(found.definitions, where),
        plan: { action: usualPlan, inputs: neededBy(knownNames(found.config.template).actions.get(usualPlan)) },
      });
    const { file } = await writeDefinition(app, found, {
      kind: 'playbooks',
      id,
      override,
      text: (builtIn) => builtIn ?? blank(),
    });
    return { id, file, schema: await writeSchema(app, found.home, 'playbook'), changed: [], notUsed: [] };
  },
});

/** Makes the plan until somebody writes another. */
const usualPlan = 'env.choose';

/** What a step may do: what plans is named by the playbook itself. */
const works: ReadonlySet<string> = new Set(
  actions.filter(({ effect }) => effect !== 'plan').map((action) => action.id as string),
);

/** A step that somebody can do: an agent of the tree where one of them may do any. */
function firstStep({ agents }: Definitions, tree: string): { agent: string; action: string } {
  const able = [...agents.values()].filter(({ tools }) => tools.some((tool) => works.has(tool)));
  const agent = able.find((one) => one.tree === tree) ?? able[0];
  const action = agent?.tools.find((tool) => works.has(tool));
  if (agent === undefined || action === undefined)
    throw new Fault('DEFINITION_INVALID', 'No agent may use any action: nobody could do a step.', {
      hints: ['orchestrate agents new my-agent --tools files.write'],
      state: 'Nothing was written.',
    });
  return { agent: agent.id, action };
}
