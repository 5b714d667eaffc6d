import { z } from 'zod';

import { requireSwarm, spreadSlots } from './_swarm.ts';
import { defineSwarmName, notTaken } from './swarm-name.ts';

/** How work is handed out here, by the names that people have for it. */
const topologies = ['hierarchical', 'star', 'hierarchical-mesh'] as const;

/** `swarm_init` */
export const swarmInit = defineSwarmName({
  name: 'swarm_init',
  summary:
    'Set how many agents may work at once: the slots of all trees together. The swarm is the installation, which is there already; one supervisor hands work out.',
  effect: 'write',
  input: z.strictObject({
    topology: z
      .enum(topologies, {
        error: `One supervisor hands out all work, and agents talk by messages beside it: that is ${topologies.join(', ')}. No other topology changes anything here.`,
      })
      .default('hierarchical')
      .describe('One supervisor hands out; all three names mean that.'),
    maxAgents: z
      .number()
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe('Slots of all trees together; as they are otherwise.'),
    strategy: z
      .enum(['auto', 'specialized'], {
        error: 'Each tree has its specialists: that is auto or specialized. No other strategy changes anything here.',
      })
      .default('auto')
      .describe('Each tree has its specialists; both names mean that.'),
    config: notTaken('settings are in orchestrate.yaml'),
  }),
  async run(app, { topology, maxAgents }) {
    const swarmId = await requireSwarm(app, undefined);
    const trees = maxAgents === undefined ? [] : await spreadSlots(app, maxAgents);
    const { ledger } = await app.installation();
    return {
      output: {
        swarmId,
        topology,
        means:
          'One supervisor hands out all work; agents say things to each other by messages. Nothing else is there to choose.',
        changed:
          maxAgents === undefined
            ? 'Nothing: no maxAgents was given.'
            : `At most ${maxAgents} runs work at once from now on, each in a slot of its own.`,
        trees,
        record: { rows: trees.flatMap(({ row }) => row ?? []), head: ledger.head().seq },
      },
    };
  },
});
