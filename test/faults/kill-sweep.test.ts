import { describe, expect, it } from 'vitest';

import type { Mutation } from '../support/fault-program.ts';
import { FaultWorld } from '../support/fault-world.ts';
import { control, tryKill } from '../support/sweep-cases.ts';
import { lineOf, sweep, tableOf } from '../support/sweep-run.ts';

/** Every how many-th kill is tried. */
const every = Number(process.env['ORCHESTRATE_SWEEP'] ?? '1');
const sweepMs = 3 * 3_600_000;

/** The order that the promise forbids: the branch before its restore point. */
const branchFirst: Mutation = {
  file: 'engine/changes/merge.ts',
  find: 'for (const point of made.points) {',
  replace:
    'await moveBranch(engine, { ref: intent.branchRef, from: base, to: asCommitId(made.commit) });\n    for (const point of made.points) {',
};

describe('the kill sweep', () => {
  it(
    'is not blind: with the branch moved before its restore point, a kill in between is found',
    { timeout: 600_000 },
    async () => {
      const world = await FaultWorld.create({ mutations: [branchFirst] });
      try {
        const { commits, original } = await control(world);
        const commit = commits.merge.find(({ name }) => name.startsWith('effect.intended effect:merge:c1:*:point:'));
        if (!commit) throw new Error('the control run does not publish a restore point');
        const { fired, broken } = await tryKill(world, { phase: 'merge', commit, when: 'before' }, original);
        expect(fired).toBe(true);
        expect(broken.filter((one) => one.startsWith('I2: at the kill the branch was'))).not.toEqual([]);
      } finally {
        await world.remove();
      }
    },
  );

  it(
    `leaves nothing broken: kill -9 of the supervisor at every ${every === 1 ? '' : `${every}. `}commit, before and after it`,
    { timeout: sweepMs },
    async () => {
      const outcomes = await sweep({
        every,
        report: (outcome, nDone, nAll) => process.stdout.write(`${nDone}/${nAll} ${lineOf(outcome)}\n`),
      });
      process.stdout.write(`${tableOf(outcomes)}\n`);
      const failed = outcomes.filter((one) => one.broken.length > 0);
      const fired = outcomes.filter((one) => one.fired);
      process.stdout.write(
        `faults: tried ${fired.length} / passed ${fired.length - failed.length} / void ${outcomes.length - fired.length}: kill sweep\n`,
      );
      expect(failed.map(lineOf)).toEqual([]);
      expect(fired.length).toBeGreaterThan(0);
    },
  );
});
