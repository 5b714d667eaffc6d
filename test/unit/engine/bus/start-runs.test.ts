import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import type { NewMessage } from '../../../../src/domain/bus/message.ts';
import type { Playbook } from '../../../../src/domain/definitions/types.ts';
import { startByMail } from '../../../../src/engine/bus/start-runs.ts';
import type { Ledger } from '../../../../src/ports/index.ts';
import { passUntil, startEngine, startSupervisor } from '../../../fakes/fake-life.ts';
import { createWorld, upgrade, type World } from '../../../fakes/fake-world.ts';

const topic = 'topic:new_models_available';

/** A world whose playbooks start on a channel. */
async function listening(...playbooks: readonly Playbook[]): Promise<World> {
  // The run waits for a person after its plan: what it would do is not what is looked at.
  const world = await createWorld({ config: 'policy: { max-download: 0 B }\n' });
  const definitions = { ...world.context.definitions, playbooks: new Map(playbooks.map((one) => [one.id, one])) };
  return { ...world, context: { ...world.context, definitions } };
}

const onNews: Playbook = { ...upgrade, on: ['new_models_available'] };
const message = (body: NewMessage['body'], dedup: string | null = null): NewMessage => ({
  ...{ from: 'person:anna', to: topic, kind: 'note', subject: 'numpy moves', body, dedup },
  ...{ expiresAtMs: null, inReplyTo: null, run: null },
});
const send = (world: World, body: NewMessage['body']) => world.context.bus.send(message(body), [topic]);
const rowsOf = (world: World, kind: string) => world.ledgers.open().read({ kinds: [kind], limit: 1_000 });
const stateIn = (world: World) => world.context.bus.deliveries({ mailbox: topic })[0];

/** A ledger that cannot be asked for rows of keys that begin so. */
const failingFor = (ledger: Ledger, prefix: string): Ledger =>
  new Proxy(ledger, {
    get: (target, name) => {
      if (name === 'latest')
        return (key: string) => {
          if (key.startsWith(prefix)) throw new Fault('DISK_FULL', 'There is no room.');
          return target.latest(key);
        };
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });

describe('a message on a channel that a playbook listens to', () => {
  it('starts it once, with the texts of the message as inputs, in the name of the sender', async () => {
    const world = await listening(onNews);
    startSupervisor(world);
    const { id } = await send(world, { package: 'numpy', other: 'ignored' });
    await passUntil(world, () => rowsOf(world, 'run.created').length > 0);
    expect(rowsOf(world, 'run.created')).toMatchObject([
      {
        data: {
          by: { kind: 'person', name: 'anna' },
          message: id,
          options: { yes: false, inputs: { package: 'numpy' } },
        },
      },
    ]);
    expect(stateIn(world)).toMatchObject({ state: 'acked' });
    await world.clock.advance(30_000);
    expect(rowsOf(world, 'run.created')).toHaveLength(1);
  });

  it('starts each playbook of the channel', async () => {
    const world = await listening(onNews, { ...onNews, id: 'second' });
    startSupervisor(world);
    await send(world, { package: 'numpy' });
    await passUntil(world, () => rowsOf(world, 'run.created').length === 2);
    await world.clock.advance(30_000);
    expect(rowsOf(world, 'run.created')).toHaveLength(2);
    expect(stateIn(world)?.state).toBe('acked');
  });

  it.each([
    ['upgrade-package needs package, and the message has no such text', {}],
    ['package for upgrade-package has to be a text of at most 1000 characters', { package: 7 }],
    ['package for upgrade-package has to be a text of at most 1000 characters', { package: 'x'.repeat(1_001) }],
  ])('is dead when %s', async (reason, body) => {
    const world = await listening(onNews);
    startSupervisor(world);
    await send(world, body);
    await passUntil(world, () => stateIn(world)?.state === 'dead');
    expect(stateIn(world)?.reason).toBe(reason);
    expect(rowsOf(world, 'run.created')).toEqual([]);
  });

  it('does not wait for one that cannot be acted on, which is dead after its tries', async () => {
    const world = await listening(onNews);
    const poison = await send(world, { package: 'numpy' });
    await world.context.bus.send({ ...message({ package: 'pillow' }), from: 'person:ben' }, [topic]);
    const { engine } = await startEngine(world);
    const poisoned = { ...engine, ledger: failingFor(engine.ledger, `started-by:m${poison.id}:`) };
    for (let round = 0; round < 6; round += 1) await startByMail(poisoned);
    expect(rowsOf(world, 'run.created')).toMatchObject([{ data: { message: poison.id + 1 } }]);
    expect(stateIn(world)).toMatchObject({ state: 'dead', nAttempts: 5, reason: expect.stringMatching(/^DISK_FULL /) });
  });

  it('starts it once wherever the supervisor is killed', async () => {
    let nKilled = 0;
    for (let step = 0; step < 60; step += 3) {
      const world = await listening(onNews);
      await send(world, { package: 'numpy' });
      const first = startSupervisor(world, { step, when: step % 2 === 0 ? 'before' : 'after' });
      await world.clock.advance(4_000);
      if (!first.isDead) break;
      nKilled += 1;
      startSupervisor(world);
      await passUntil(world, () => stateIn(world)?.state === 'acked');
      await world.clock.advance(4_000);
      expect(rowsOf(world, 'run.created'), `killed at step ${step}`).toHaveLength(1);
    }
    expect(nKilled).toBeGreaterThan(3);
  });
});
