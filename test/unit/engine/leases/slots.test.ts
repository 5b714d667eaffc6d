import { describe, expect, it } from 'vitest';

import { parseConfig } from '../../../../src/domain/definitions/config.ts';
import { row } from '../../../../src/domain/journal/kinds.ts';
import { createSlotLeases, type Lease, type SlotLeases } from '../../../../src/engine/leases/slots.ts';
import { slotName } from '../../../../src/engine/scale/slots-of.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { settled } from '../../../fakes/fake-life.ts';
import { createFakePorts, type FakePorts } from '../../../fakes/fake-ports.ts';
import { configText, tree } from '../../../fakes/fake-world.ts';
import { createMemoryLedgers, type MemoryLedgers } from '../../../fakes/memory-ledger.ts';

interface Scene {
  readonly leases: SlotLeases;
  readonly ports: FakePorts;
  readonly ledgers: MemoryLedgers;
  /** Runs that are not closed yet. */
  readonly live: string[];
  /** The process ends; its leases stay on record. */
  restart(): Promise<Scene>;
}

interface Machine {
  readonly ledgers: MemoryLedgers;
  readonly ports: FakePorts;
  readonly live: string[];
}

const newMachine = (): Machine => ({
  ledgers: createMemoryLedgers({ clock: createFakeClock() }),
  ports: createFakePorts(),
  live: ['r1', 'r2', 'r3', 'r4'],
});

async function open(
  text = configText('ports: { first: 8191, last: 8193 }\n'),
  { ledgers, ports, live }: Machine = newMachine(),
): Promise<Scene> {
  const ledger = ledgers.open();
  await ledger.acquire();
  const config = parseConfig({ file: 'orchestrate.yaml', text, origin: 'installation' });
  const leases = createSlotLeases({ ledger, ports, config: () => config, live: () => live });
  return {
    leases,
    ports,
    ledgers,
    live,
    restart: async () => {
      await ledger.close();
      return open(text, { ledgers, ports, live });
    },
  };
}

const models = tree({ id: 'models-integ', homePort: 8189 });
const env = tree({ id: 'env-setup', homePort: 8188 });
const never = new AbortController().signal;
const take = ({ leases }: Scene, run: string, of = models, signal = never): Promise<Lease> =>
  leases.take({ run, tree: of, signal });

describe('slot leases', () => {
  it('give a tree its home port when that is free', async () => {
    expect(await take(await open(), 'r1')).toEqual({
      run: 'r1',
      slot: 'models-integ',
      tree: 'models-integ',
      port: 8189,
      homePort: 8189,
      skipped: [],
    });
  });

  it('pass over the port of production and say why', async () => {
    expect(await take(await open(), 'r1', env)).toMatchObject({
      port: 8191,
      homePort: 8188,
      skipped: [{ port: 8188, why: 'your production' }],
    });
  });

  it('give that port to a slot when nobody runs production there', async () => {
    const scene = await open(configText().replace('managed', 'none'));
    expect(await take(scene, 'r1', env)).toMatchObject({ port: 8188, skipped: [] });
  });

  it('pass over a stranger, whom they name', async () => {
    const scene = await open();
    scene.ports.hold(8189, [{ pid: 77, startTime: 's', argv: ['python'] }]);
    scene.ports.hold(8191);
    expect(await take(scene, 'r1')).toMatchObject({
      port: 8192,
      skipped: [
        { port: 8189, why: 'held by process 77' },
        { port: 8191, why: 'held by a process of another user' },
      ],
    });
  });

  it('fail with every port and its reason when the range is used up', async () => {
    const scene = await open();
    for (const port of [8189, 8191, 8192, 8193]) scene.ports.hold(port);
    await expect(take(scene, 'r1')).rejects.toMatchObject({
      code: 'PORT_NONE_FREE',
      message: 'No port from 8191 to 8193 is free.',
      data: { skipped: [{ port: 8189 }, { port: 8191 }, { port: 8192 }, { port: 8193 }] },
    });
  });

  it('wait for a slot that is held, and hold none that a run has', async () => {
    const scene = await open();
    const release = await scene.leases.hold('models-integ');
    expect(await scene.leases.hold('models-integ')).toBeUndefined();
    let lease: Lease | undefined;
    const waits = take(scene, 'r1', tree({ id: 'models-integ', homePort: 8189, slots: 1 })).then(
      (one) => (lease = one),
    );
    await settled();
    expect(lease).toBeUndefined();
    release?.();
    await waits;
    expect(lease).toMatchObject({ run: 'r1', slot: 'models-integ' });
    expect(await scene.leases.hold('models-integ')).toBeUndefined();
  });

  it('never give one port to two runs, though it is free', async () => {
    const scene = await open();
    const both = await Promise.all([take(scene, 'r1'), take(scene, 'r2')]);
    expect(both.map(({ slot, port }) => `${slot}:${port}`)).toEqual(['models-integ:8189', 'models-integ@2:8191']);
    expect(both[1]?.skipped).toEqual([{ port: 8189, why: 'leased to another run' }]);
  });

  it('answer a repeat with the same lease and write it once', async () => {
    const scene = await open();
    const first = await take(scene, 'r1');
    expect(await take(scene, 'r1')).toEqual(first);
    expect(scene.leases.find('r1')).toEqual(first);
    expect(scene.ledgers.open().read({ kinds: ['lease.taken'] })).toHaveLength(1);
  });

  it('are shared by two steps of one run that ask at once, so that the next run finds its slot', async () => {
    const scene = await open();
    const [one, other] = await Promise.all([take(scene, 'r1'), take(scene, 'r1')]);
    expect(other).toEqual(one);
    expect(scene.ledgers.open().read({ kinds: ['lease.taken'] })).toHaveLength(1);
    expect(await take(scene, 'r2')).toMatchObject({ slot: 'models-integ@2' });
  });

  it('let runs wait in the order of their numbers, not in that of their asking', async () => {
    const scene = await open();
    const order: string[] = [];
    await take(scene, 'r1', { ...models, slots: 1 });
    for (const run of ['r4', 'r2', 'r3']) {
      void take(scene, run, { ...models, slots: 1 }).then(() => order.push(run));
      await settled();
    }
    for (const run of ['r1', 'r2', 'r3']) {
      await scene.leases.free(run);
      await settled();
    }
    expect(order).toEqual(['r2', 'r3', 'r4']);
  });

  it('do not let a tree wait for another one', async () => {
    const scene = await open();
    await take(scene, 'r1', { ...models, slots: 1 });
    void take(scene, 'r2', { ...models, slots: 1 });
    await settled();
    expect(await take(scene, 'r3', env)).toMatchObject({ slot: 'env-setup', port: 8191 });
  });

  it('give a freed port and slot to the next in line', async () => {
    const scene = await open();
    await take(scene, 'r1', { ...models, slots: 1 });
    const next = take(scene, 'r2', { ...models, slots: 1 });
    expect(await scene.leases.free('r1')).toEqual(['models-integ', ':8189']);
    expect(await next).toMatchObject({ slot: 'models-integ', port: 8189, skipped: [] });
    expect(scene.leases.find('r1')).toBeUndefined();
  });

  it('can be freed twice', async () => {
    const scene = await open();
    await take(scene, 'r1');
    await scene.leases.free('r1');
    expect(await scene.leases.free('r1')).toEqual([]);
  });

  it('let a run that is called off leave the line, and the one behind it forward', async () => {
    const scene = await open();
    const one = { ...models, slots: 1 };
    await take(scene, 'r1', one);
    const abort = new AbortController();
    const second = take(scene, 'r2', one, abort.signal);
    const third = take(scene, 'r3', one);
    await settled();
    abort.abort();
    await expect(second).rejects.toMatchObject({
      code: 'INTERRUPTED',
      message: 'r2 no longer waits for a slot of models-integ.',
    });
    await scene.leases.free('r1');
    expect(await third).toMatchObject({ run: 'r3', slot: 'models-integ' });
  });

  it('let the others try when the first in line finds no port', async () => {
    const scene = await open();
    for (const port of [8189, 8191, 8192, 8193]) scene.ports.hold(port);
    const both = await Promise.allSettled([take(scene, 'r1'), take(scene, 'r2')]);
    expect(both.map((one) => one.status)).toEqual(['rejected', 'rejected']);
  });

  it('are found again after a restart', async () => {
    const scene = await open();
    const before = await take(scene, 'r1');
    const after = await scene.restart();
    expect(await take(after, 'r1')).toEqual(before);
    expect(await take(after, 'r2')).toMatchObject({ slot: 'models-integ@2', port: 8191 });
  });

  it('count no lease of a run that is closed, though nobody freed it', async () => {
    const scene = await open();
    await take(scene, 'r1');
    scene.live.splice(0, 1);
    const after = await scene.restart();
    expect(await take(after, 'r2')).toMatchObject({ slot: 'models-integ', port: 8189 });
  });
});

it('names the first slot after its tree', () => {
  expect([0, 1, 2].map((index) => slotName('env-setup', index))).toEqual(['env-setup', 'env-setup@2', 'env-setup@3']);
});

describe('a lease that moves', () => {
  it('gets another port when its own was bound by somebody else, and frees the old one', async () => {
    const scene = await open();
    await take(scene, 'r1');
    scene.ports.hold(8189);
    const moved = await scene.leases.movePort('r1', 'bound by another program before the service could');
    expect(moved).toMatchObject({
      slot: 'models-integ',
      port: 8191,
      skipped: [{ port: 8189, why: 'bound by another program before the service could' }],
    });
    scene.ports.release(8189);
    expect(await take(scene, 'r2')).toMatchObject({ slot: 'models-integ@2', port: 8189 });
    expect(scene.leases.find('r1')?.port).toBe(8191);
  });

  it('gets another slot, and the old slot is free for the next run', async () => {
    const scene = await open();
    await take(scene, 'r1');
    const ledger = scene.ledgers.open();
    const before = ledger.head().seq;
    const told = row('step.noted', { task: 'r1.a', attempt: 'r1.a#1', sentence: 'moved' }, { run: 'r1' });
    const moved = await scene.leases.moveSlot({
      ...{ run: 'r1', tree: models, slot: 'models-integ@2' },
      beside: () => [told],
    });
    const rows = ledger.read({ afterSeq: before, limit: 10 });
    expect(rows.map(({ kind }) => kind)).toEqual(['lease.freed', 'lease.taken', 'step.noted']);
    expect(moved).toMatchObject({ slot: 'models-integ@2' });
    expect(scene.leases.holderOf('models-integ')).toBeUndefined();
    expect(await take(scene, 'r2')).toMatchObject({ slot: 'models-integ' });
  });

  it('stays where it is when no other slot is free', async () => {
    const scene = await open();
    await take(scene, 'r1');
    await take(scene, 'r2');
    const asked = { run: 'r1', tree: models, slot: 'models-integ@2', beside: () => [] };
    expect(await scene.leases.moveSlot(asked)).toBeUndefined();
    expect(scene.leases.find('r1')?.slot).toBe('models-integ');
  });
});
