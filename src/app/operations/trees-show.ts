import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { treeSchema } from '../views/tree-view.ts';
import { loadTree, requireTree } from './_trees.ts';

/** `orchestrate trees show <id>` */
export const treesShow = defineOperation({
  name: 'trees show',
  summary: 'Show a tree: its slots, its agents, what it publishes and hears, what it asks of changes.',
  effect: 'read',
  needs: 'home',
  input: z.object({ id: z.string().describe('The tree.') }),
  output: treeSchema.extend({
    questions: z.array(z.string()).describe('What it asks about changes of the others.'),
    checks: z.array(z.string()).describe('What is asked about its own changes, beside what its reviewers ask.'),
    agents: z.array(z.string()).describe('Its agents.'),
    playbooks: z.array(z.string()).describe('Playbooks that run in it.'),
    file: z.string().describe('Where it is written.'),
  }),
  positional: ['id'],
  examples: [
    { command: 'orchestrate trees show env-setup', explains: 'Who works there, and what it tells the others.' },
  ],
  async run(app, { id }) {
    const tree = await requireTree(app, id);
    const { definitions } = await app.installation();
    const { questions, checks, file } = tree;
    return {
      ...(await loadTree(app, tree)),
      questions: [...questions],
      checks: [...checks],
      agents: [...definitions.agents.values()].filter((one) => one.tree === id).map((one) => one.id),
      playbooks: [...definitions.playbooks.values()]
        .filter((one) => one.tree === id || one.trees.includes(id))
        .map((one) => one.id),
      file,
    };
  },
});
