import * as fs from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { checkInvariants } from '../support/fault-invariants.ts';
import { textOf } from '../support/fault-processes.ts';
import { hasRow, untilRow } from '../support/fault-steps.ts';
import { FaultWorld } from '../support/fault-world.ts';

let world: FaultWorld;
beforeAll(async () => {
  world = await FaultWorld.create();
});
afterAll(() => world.remove());

const until = (step: string, priority = 'normal'): Promise<unknown> =>
  world.ok(['run', 'upgrade pytorch', '--yes', '--until', step, '--priority', priority, '--detach', '--json']);
/** The slot and the port that the run got last. */
function leaseOf(run: string): { slot: string; port: number } {
  const data = world.rows('lease.taken').findLast((one) => one.data['run'] === run)?.data;
  return { slot: textOf(data?.['slot']), port: Number(data?.['port']) };
}
const trees = async (): Promise<
  readonly { tree: string; nSlots: number; slots: { name: string }[]; waiting: { run: string }[] }[]
> => (await world.ok(['trees', 'list', '--json'])).json?.['trees'] as never;
const envSetup = async () => (await trees()).find(({ tree }) => tree === 'env-setup');

it('three runs work in three slots of one tree at once, each on a port of its own', async () => {
  await world.ok(['trees', 'scale', 'env-setup', '3', '--reason', 'three at once', '--json']);
  for (let index = 0; index < 3; index += 1) await until('lock');
  for (const run of ['r1', 'r2', 'r3']) await untilRow(world, 'machine.moved', { subject: run, to: 'paused' });
  const leases = ['r1', 'r2', 'r3'].map(leaseOf);
  expect(new Set(leases.map(({ slot }) => slot))).toEqual(new Set(['env-setup', 'env-setup@2', 'env-setup@3']));
  expect(new Set(leases.map(({ port }) => port)).size).toBe(3);
  for (const { slot } of leases) expect(fs.existsSync(join(world.home, 'trees', slot, 'requirements.lock'))).toBe(true);
});

it('of those that wait, the one that is wanted sooner gets the slot first, though it came later', async () => {
  await until('record', 'low');
  await until('record', 'critical');
  await untilRow(world, 'machine.moved', { subject: 'r4.record', to: 'leasing' });
  await untilRow(world, 'machine.moved', { subject: 'r5.record', to: 'leasing' });
  expect((await envSetup())?.waiting.map(({ run }) => run)).toEqual(['r5', 'r4']);
  await world.ok(['runs', 'cancel', 'r1', '--json']);
  await untilRow(world, 'lease.taken', { run: 'r5' });
  expect(hasRow(world, 'lease.taken', { run: 'r4' })).toBe(false);
  await world.ok(['runs', 'cancel', 'r2', '--json']);
  await untilRow(world, 'lease.taken', { run: 'r4' });
});

it('scaling down takes nothing from a run, and nothing with edits; sync takes what nobody needs, as it was shown', async () => {
  for (const run of ['r4', 'r5']) {
    await untilRow(world, 'machine.moved', { subject: run, to: 'paused' });
    await world.ok(['runs', 'cancel', run, '--json']);
  }
  await world.ok(['trees', 'scale', 'env-setup', '1', '--json']);
  // r3 is still there, in one of the three, with the files that it wrote; the others go when they are clean.
  const held = leaseOf('r3').slot;
  expect(fs.existsSync(join(world.home, 'trees', held, 'requirements.lock'))).toBe(true);
  await world.ok(['runs', 'cancel', 'r3', '--json']);
  const shown = await world.run(['trees', 'sync', '--dry-run', '--json']);
  const steps = shown.json?.['steps'] as readonly { slot: string; act: string; reason: string }[];
  // The first slot is the one that stays; any other with edits is left, and told why.
  const told = steps.find(({ slot }) => slot === held);
  expect(held === 'env-setup' ? 'leave' : told?.act).toBe('leave');
  expect(held === 'env-setup' ? 'requirements' : told?.reason).toContain('requirements');
  // Without its edits nobody needs it.
  world.git(['checkout', '--', '.'], join(world.home, 'trees', held));
  const again = await world.run(['trees', 'sync', '--dry-run', '--json']);
  await world.run(['trees', 'sync', '--yes', '--plan', String(again.json?.['hash']).slice(0, 12), '--json']);
  expect((await envSetup())?.slots.map(({ name }) => name)).toEqual(['env-setup']);
  expect(fs.readdirSync(join(world.home, 'trees')).filter((name) => name.startsWith('env-setup'))).toEqual([
    'env-setup',
  ]);
  // A slot that went is no tampering: the next run goes through.
  await until('record');
  await untilRow(world, 'machine.moved', { subject: 'r6', to: 'paused' });
  expect(world.rows('tamper.found')).toEqual([]);
  await world.ok(['runs', 'cancel', 'r6', '--json']);
});

const changeOf = (json: Record<string, unknown> | undefined): string =>
  (json?.['change'] as { change: string } | undefined)?.change ?? 'none';

it('a tree is added, works, and is removed again, each time through a review', async () => {
  const added = await world.run(['trees', 'add', 'styles', '--scope', 'styles/**', '--json']);
  expect(added.exitStatus, added.err).toBe(7);
  const change = changeOf(added.json);
  await world.ok(['review', 'approve', change, '--json']);
  await untilRow(world, 'run.closed', { run: 'r7', state: 'done' });
  expect((await trees()).map(({ tree }) => tree)).toContain('styles');
  expect(world.git(['show', 'HEAD:trees/styles.yaml'])).toContain('styles/**');
  const removed = await world.run(['trees', 'remove', 'styles', '--json']);
  expect(removed.exitStatus, removed.err).toBe(7);
  await world.ok(['review', 'approve', changeOf(removed.json), '--json']);
  await untilRow(world, 'run.closed', { run: 'r8', state: 'done' });
  expect((await trees()).map(({ tree }) => tree)).not.toContain('styles');
  expect(await checkInvariants(world, { production: false })).toEqual([]);
});
