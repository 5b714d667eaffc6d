import { z } from 'zod';

import { requireSwarm, spreadSlots, swarmIdField } from './_swarm.ts';
import { defineSwarmName, notTaken } from './swarm-name.ts';

/** `swarm_scale` */
export const swarmScale = defineSwarmName({
  name: 'swarm_scale',
  summary: 'Set how many agents may work at once: the slots of all trees together, spread evenly.',
  effect: 'write',
  input: z.strictObject({
    swarmId: swarmIdField,
    targetSize: z.number().int().min(1).max(100).optional().describe('Slots of all trees together.'),
    targetAgents: z.number().int().min(1).max(100).optional().describe('The same by its newer name.'),
    scaleStrategy: notTaken('slots are given at once and taken when nobody works in them'),
  }),
  async run(app, { swarmId, targetSize, targetAgents }) {
    const id = await requireSwarm(app, swarmId);
    const trees = await spreadSlots(app, targetSize ?? targetAgents ?? 0);
    return { output: { swarmId: id, trees, record: { rows: trees.flatMap(({ row }) => row ?? []) } } };
  },
});
