import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { mostSlots } from '../../domain/definitions/tree.ts';
import type { App } from '../app.ts';
import { treesList } from '../operations/trees-list.ts';
import { treesScale } from '../operations/trees-scale.ts';

export const swarmIdField = z.string().max(64).optional().describe('Id of the installation; there is one swarm.');

/** The installation is the one swarm. Fault: `USAGE_BAD_ARGUMENT` for another id. */
export async function requireSwarm(app: App, swarmId: string | undefined): Promise<string> {
  const { config } = await app.installation();
  if (swarmId === undefined || swarmId === config.id || swarmId === config.name) return config.id;
  throw new Fault('USAGE_BAD_ARGUMENT', `There is one swarm here, ${config.id}, and no ${JSON.stringify(swarmId)}.`, {
    hints: [`"swarmId": "${config.id}", or leave it out`],
    state: 'Nothing was done.',
  });
}

/** One tree after it was given its share. */
export interface Share {
  readonly tree: string;
  readonly before: number;
  readonly slots: number;
  /** Journal row that says so; null: it had as many. */
  readonly row: number | null;
}

/**
 * Gives the trees so many slots together, as evenly as goes, those with more work in line first. Writes `tree.scaled` per tree that changes.
 * Fault: `USAGE_BAD_ARGUMENT` where that is less than one each or more than there may be.
 */
export async function spreadSlots(app: App, total: number): Promise<readonly Share[]> {
  const { trees } = await treesList.run(app, {});
  if (total < trees.length || total > trees.length * mostSlots)
    throw new Fault(
      'USAGE_BAD_ARGUMENT',
      `Each of the ${trees.length} trees has 1 to ${mostSlots} slots: that is ${trees.length} to ${trees.length * mostSlots} together, not ${total}.`,
      { hints: ['trees_scale'], state: 'Nothing was changed.' },
    );
  const busiest = trees.toSorted((a, b) => b.waiting.length - a.waiting.length);
  const shares: Share[] = [];
  for (const [index, { tree, nSlots }] of busiest.entries()) {
    const slots = Math.floor(total / trees.length) + (index < total % trees.length ? 1 : 0);
    const scaled =
      slots === nSlots ? null : await treesScale.run(app, { tree, slots, reason: `${total} agents at once` });
    shares.push({ tree, before: nSlots, slots, row: scaled?.row ?? null });
  }
  return shares.toSorted((a, b) => (a.tree < b.tree ? -1 : 1));
}
