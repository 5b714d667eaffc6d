import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkInvariants, checkSecondRecovery } from '../support/fault-invariants.ts';
import { textOf } from '../support/fault-processes.ts';
import { FaultWorld } from '../support/fault-world.ts';
import {
  changeOf,
  changesTable,
  manyWheels,
  passedOver,
  statesOf,
  untilSettled,
  wanted,
} from '../support/many-changes.ts';

/** Of three trees, all asked for at once. */
const nChanges = Number(process.env['ORCHESTRATE_CHANGES'] ?? 20);
const limitMs = 12 * 60_000;

let world: FaultWorld;
beforeAll(async () => {
  world = await FaultWorld.create({
    wheels: manyWheels(8),
    slots: 4,
    // How fast a machine is under its other work is not the question here.
    config: [['max-slowdown: 1.3', 'max-slowdown: 100']],
  });
  await world.ok(['service', 'start', '--json']);
});
afterAll(() => world.remove());

describe(`${nChanges} changes of three trees at once`, () => {
  it(
    'all merge or stop with a reason, in fair order, each with its restore point, and nothing is lost',
    async () => {
      const base = world.git(['rev-parse', 'HEAD']);
      const asked = wanted(world, nChanges);
      const started = await Promise.all(
        asked.map(({ args, yes }) => world.run([...args, ...(yes ? ['--yes'] : []), '--detach', '--json'])),
      );
      expect(started.map(({ exitStatus, err }) => [exitStatus, err]).filter(([status]) => status !== 0)).toEqual([]);
      const startedMs = performance.now();
      const nApproved = await untilSettled(world, nChanges, limitMs);
      const seconds = Math.round((performance.now() - startedMs) / 1000);
      const queue = await world.ok(['queue', '--json']);
      process.stdout.write(`\n${changesTable(world)}\n${nApproved} approvals by hand, ${seconds} s\n`);

      const journal = world.journal();
      const states = statesOf(journal);
      const runs = journal.filter((one) => one.kind === 'run.created').map((one) => textOf(one.run));
      expect(passedOver(journal)).toEqual([]);
      // The same look finds something where there is something to find.
      expect(nChanges < 20 || passedOver(journal, 'turned').length > 0).toBe(true);

      // Every merge is one commit with one parent, tagged; everything that merged is in the branch.
      const merges = journal.filter((one) => one.kind === 'branch.moved');
      expect(world.git(['rev-list', '--count', `${base}..HEAD`])).toBe(String(merges.length));
      for (const { data } of merges)
        expect(journal.some((one) => one.kind === 'restore.created' && one.data['commit'] === data['to'])).toBe(true);
      for (const run of runs) {
        const change = changeOf(journal, run);
        const hasMerged = journal.some((one) => one.keys.includes(`merged:${change}`));
        if (!hasMerged) continue;
        const drafted = journal.findLast((one) => one.kind === 'change.drafted' && one.data['change'] === change);
        const paths = (drafted?.data['paths'] ?? []) as unknown as readonly { path: string }[];
        for (const { path } of paths)
          expect(world.git(['ls-tree', '--name-only', 'HEAD', path]), `${change} ${path}`).toBe(path);
        expect(['verified', 'reverted'], `${change}`).toContain(states.get(change ?? ''));
      }
      const stopped = runs.filter(
        (run) => !journal.some((one) => one.keys.includes(`merged:${changeOf(journal, run)}`)),
      );
      // The two that write the same workflow: one of them.
      expect(stopped.length).toBeLessThanOrEqual(nChanges > 4 ? 1 : 0);
      expect(merges.length).toBe(nChanges - stopped.length);
      const left = (queue.json?.['changes'] ?? []) as readonly { reason: string }[];
      expect(left.length).toBe(stopped.length);

      // What stopped is called off, then nothing is left of anything.
      for (const run of stopped) await world.run(['runs', 'cancel', run, '--json']);
      expect(await checkInvariants(world)).toEqual([]);
      const tree = world.git(['rev-parse', 'HEAD~1^{tree}']);
      await world.ok(['undo', '--yes', '--json']);
      expect(world.git(['rev-parse', 'HEAD^{tree}'])).toBe(tree);
      expect(await checkInvariants(world)).toEqual([]);
      expect(await checkSecondRecovery(world)).toEqual([]);
    },
    limitMs,
  );
});
