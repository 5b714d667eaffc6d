import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import type { App } from '../app.ts';
import { open } from '../operations/open.ts';
import { requireSwarm, swarmIdField } from './_swarm.ts';
import { defineSwarmName, notTaken } from './swarm-name.ts';

/** `agent_spawn` */
export const agentSpawn = defineSwarmName({
  name: 'agent_spawn',
  summary:
    'Open a slot for an agent of yours to work in: a worktree and a port of its own, in the tree of the agent that is named. What it makes there is proposed by submit. To have the installation’s own agents do something, use task_orchestrate.',
  effect: 'write',
  input: z.strictObject({
    type: z.string().min(1).max(64).optional().describe('An agent or a tree of this installation.'),
    agentType: z.string().min(1).max(64).optional().describe('The same by its newer name.'),
    domain: z.string().min(1).max(64).optional().describe('The tree, where the type is neither.'),
    name: notTaken('a slot has the name of its tree; claims_claim says who works there'),
    agentId: notTaken('a run has an id of its own, which is in the answer'),
    swarmId: swarmIdField,
    capabilities: notTaken('what an agent may do is in its file; agents_show tells it'),
    config: notTaken('what an agent may do is in its file; agents_show tells it'),
    model: notTaken('which model works is in the agent’s file and in orchestrate.yaml'),
    task: notTaken('use task_orchestrate to have something done'),
  }),
  async run(app, { type, agentType, domain, swarmId }) {
    await requireSwarm(app, swarmId);
    const tree = await requireTreeOf(app, { type: type ?? agentType, domain });
    const { opened } = await open.run(app, { tree, close: null, detach: true });
    const [slot] = opened;
    return {
      output: {
        tree,
        slot: slot?.slot ?? null,
        dir: slot?.dir ?? null,
        state: slot?.state ?? 'waiting',
        next: [`runs_show {"run": "${slot?.run}"}`, 'submit {"source": "<dir>"}', `open {"close": "${slot?.run}"}`],
        record: { run: slot?.run ?? null },
      },
    };
  },
});

async function requireTreeOf(
  app: App,
  { type, domain }: { type: string | undefined; domain: string | undefined },
): Promise<string> {
  const { agents, trees } = (await app.installation()).definitions;
  for (const tree of [type === undefined ? undefined : agents.get(type)?.tree, type, domain])
    if (tree !== undefined && tree !== null && trees.has(tree)) return tree;
  throw new Fault('USAGE_BAD_ARGUMENT', `agent_spawn: type or domain has to name an agent or a tree that is here.`, {
    hints: [`Trees: ${[...trees.keys()].join(', ')}`, `Agents: ${[...agents.keys()].join(', ')}`],
    state: 'Nothing was done.',
  });
}
