import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { agentSchema, agentView } from '../views/agent-view.ts';
import { faultsOfKind, loadDefinitions, nBrokenField } from './_definitions.ts';

/** `orchestrate agents list` */
export const agentsList = defineOperation({
  name: 'agents list',
  summary: 'List the agents: what each is asked for, and which actions it may use.',
  effect: 'read',
  needs: 'home',
  input: z.object({}),
  output: z.object({ agents: z.array(agentSchema).describe('By tree and id.'), nBroken: nBrokenField }),
  examples: [{ command: 'orchestrate agents list', explains: 'The specialists of each tree, and your own.' }],
  async run(app) {
    const { definitions, faults } = await loadDefinitions(app);
    const agents = [...definitions.agents.values()].map((agent) => agentView(agent, definitions));
    const order = (one: { tree: string | null; agent: string }): string => `${one.tree ?? '~'} ${one.agent}`;
    agents.sort((a, b) => (order(a) < order(b) ? -1 : 1));
    return { agents, nBroken: faultsOfKind(faults, 'agents').length };
  },
});
