import { z } from 'zod';

import type { Agent } from '../../domain/definitions/types.ts';
import { defineOperation } from '../operation.ts';
import { agentSchema, agentView } from '../views/agent-view.ts';
import { loadDefinitions, requireDefinition } from './_definitions.ts';

/** `orchestrate agents show <id>` */
export const agentsShow = defineOperation({
  name: 'agents show',
  summary: 'Show an agent: its tools, the steps that it does, its instructions.',
  effect: 'read',
  needs: 'home',
  input: z.object({ id: z.string().describe('The agent.') }),
  output: agentSchema.extend({ instructions: z.string().describe('The text below its fields.') }),
  positional: ['id'],
  examples: [{ command: 'orchestrate agents show log-analyst', explains: 'What it may use, and what it is told.' }],
  async run(app, { id }) {
    const found = await loadDefinitions(app);
    const agent = requireDefinition<Agent>(found, { kind: 'agents', id, code: 'AGENT_NOT_FOUND' });
    return { ...agentView(agent, found.definitions), instructions: agent.instructions };
  },
});
