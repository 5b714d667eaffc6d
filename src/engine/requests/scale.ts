import { Fault } from '../../base/fault.ts';
import { moveClaim, requireMine } from '../scale/claims.ts';
import { handOver } from '../scale/hand-over.ts';
import { fitTree, scaleTree } from '../scale/scale-tree.ts';
import { carryOutSync } from '../scale/sync.ts';
import { accepted, type Handlers } from './handler.ts';

export const scaleRequests: Handlers<'tree.scale' | 'trees.sync' | 'failover.start' | 'claim.move'> = {
  async 'tree.scale'(engine, { tree, slots, reason, by }, id) {
    await scaleTree(engine, {
      tree,
      slots,
      cause: 'asked',
      reason: reason ?? 'asked for',
      by,
      answers: accepted(id, null, `${tree} has ${slots} now.`),
    });
    try {
      await fitTree(engine, tree, by);
    } catch (error) {
      // The number is in force; what lies beyond it is for the next `trees sync`.
      if (!(error instanceof Fault) || ['EPOCH_OLD', 'LEDGER_UNAVAILABLE'].includes(error.code)) throw error;
      engine.outside.log.warn('slots beyond the number were left', { tree, ...error.toRecord() });
    }
  },

  async 'failover.start'(engine, { run, hash, by }, id) {
    requireMine(engine, run, by);
    await handOver(engine, { run, hash, by, request: id });
  },

  'claim.move': (engine, asked, id) =>
    moveClaim(engine, asked, accepted(id, null, `${asked.subject}: ${asked.act}, done.`)),

  'trees.sync': (engine, { hash, by }, id) => carryOutSync(engine, { hash, by, request: id }),
};
