import { expect, it } from 'vitest';

import { dataOf, row } from '../../../../src/domain/journal/kinds.ts';
import { ask, closedAs, passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { anna, createWorld, homeDir, type World } from '../../../fakes/fake-world.ts';
import { options } from '../runs/own-work.ts';

/** A supervisor that died while a step was at work. */
async function killedInBuild(): Promise<World> {
  for (let step = 100; step < 800; step += 4) {
    const world = await createWorld();
    await ask(world, 'run.start', { goal: 'upgrade numpy', options, by: anna });
    const supervisor = startSupervisor(world, { step, when: 'before' });
    await passUntil(world, () => supervisor.isDead);
    if (stateOfSubject(world, 'r1.build') === 'executing' && !world.ledgers.open().latest('step:r1.build'))
      return world;
  }
  throw new Error('it never died there');
}

it('makes the new slot ready before an attempt goes on there, when it was killed just after the lease moved', async () => {
  const world = await killedInBuild();
  // What a hand-over writes in one commit; then nothing more.
  const ledger = world.ledgers.open();
  await ledger.acquire();
  const old = dataOf('lease.taken', ledger.latest('lease-of:r1'));
  const plan = dataOf('plan.made', ledger.latest('plan:r1'))?.plan;
  if (!old || old.slot === null || !plan) throw new Error('no lease');
  const slot = `${old.slot}@2`;
  const baseTree = await world.store.treeOf(plan.base);
  const tree = await world.store.editTree(
    baseTree,
    new Map([
      ['ops/of-the-dead.yaml', 'kept\n'],
      ['requirements.lock', (await world.files.readText(`${homeDir}/trees/${old.slot}/requirements.lock`)) ?? ''],
    ]),
  );
  const over = {
    ...{ run: 'r1', hash: 'h', why: [], ref: 'x', tree, attempts: ['r1.build#1'], by: anna },
    ...{ from: { slot: old.slot, port: old.port }, to: { slot, port: old.port } },
  };
  await ledger.append([
    row('lease.freed', { run: 'r1', slot: old.slot, port: old.port }, { run: 'r1', keys: [`lease:slot:${old.slot}`] }),
    row('lease.taken', { ...old, slot }, { run: 'r1', keys: [`lease:slot:${slot}`, 'lease-of:r1'] }),
    row('run.failedOver', over, { run: 'r1', keys: ['failover:r1'] }),
  ]);
  const killedAt = ledger.head().seq;
  await ledger.close();
  // What another run left there long ago.
  world.files.put(`${homeDir}/trees/${slot}/ops/old.yaml`, 'old\n');

  const second = startSupervisor(world);
  await passUntil(world, () => closedAs(world, 'r1') !== undefined || stateOfSubject(world, 'r1') === 'reviewing');
  await second.stop();
  const after = world.ledgers.open().read({ afterSeq: killedAt, limit: 10_000 });
  const told = after.flatMap((entry) => {
    const key = dataOf('effect.done', entry)?.key;
    if (key === `slot:r1:${slot}` || key === `handed-over:r1:${slot}`) return [key];
    return dataOf('step.reported', entry)?.task === 'r1.build' ? ['reported'] : [];
  });
  expect(told).toEqual([`slot:r1:${slot}`, `handed-over:r1:${slot}`, 'reported']);
  expect(await world.files.readText(`${homeDir}/trees/${slot}/ops/of-the-dead.yaml`)).toBe('kept\n');
});
