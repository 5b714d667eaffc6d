import { z } from 'zod';

import { agentsList } from '../operations/agents-list.ts';
import { runsList } from '../operations/runs-list.ts';
import { status } from '../operations/status.ts';
import { treesList } from '../operations/trees-list.ts';
import { requireSwarm, swarmIdField } from './_swarm.ts';
import { defineSwarmName } from './swarm-name.ts';

/** Runs that work at once are never more. */
const maxRuns = 100;

/** `swarm_status` */
export const swarmStatus = defineSwarmName({
  name: 'swarm_status',
  summary: 'Where everything stands: runs at work, slots and who holds them, what waits for a person.',
  effect: 'read',
  input: z.strictObject({
    swarmId: swarmIdField,
    verbose: z.boolean().default(false).describe('The agents of the installation as well.'),
  }),
  async run(app, { swarmId, verbose }) {
    const id = await requireSwarm(app, swarmId);
    const { lines, next, seq } = await status.run(app, {});
    const { trees } = await treesList.run(app, {});
    const { runs } = await runsList.run(app, { active: true, limit: maxRuns });
    return {
      output: {
        swarmId: id,
        lines,
        next,
        runs,
        slots: trees.map(({ tree, nSlots, slots, waiting }) => ({
          tree,
          nSlots,
          held: slots.flatMap(({ lease }) => lease?.run ?? []),
          waiting: waiting.map(({ run }) => run),
        })),
        ...(verbose ? { agents: (await agentsList.run(app, {})).agents } : {}),
        record: { head: seq },
      },
    };
  },
});
