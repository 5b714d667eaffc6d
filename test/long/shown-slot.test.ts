import { afterAll, beforeAll, expect, it } from 'vitest';

import { isAlive, signal } from '../support/fault-processes.ts';
import { expectFault } from '../support/fault-steps.ts';
import { FaultWorld } from '../support/fault-world.ts';

let world: FaultWorld;
beforeAll(async () => {
  world = await FaultWorld.create();
});
afterAll(() => world.remove());

const json = async (args: readonly string[]): Promise<Record<string, unknown>> =>
  (await world.ok([...args, '--json'])).json ?? {};

it('a slot that a person has is shown, over a kill of the supervisor, until it is stopped; production is left alone', async () => {
  expectFault(await world.run(['service', 'start', '--slot', 'ops-maint', '--json']), 'SLOT_NOT_FOUND', 4);
  await world.ok(['open', 'ops-maint']);
  const production = await json(['service', 'start']);
  const shown = await json(['service', 'start', '--slot', 'ops-maint', '--for', '20m']);
  expect(shown).toMatchObject({
    ...{ state: 'healthy', isAlive: true, answers: true, shown: { slot: 'ops-maint' } },
    versions: { device: 'cpu' },
  });
  expect(shown['port']).not.toBe(production['port']);
  const pid = Number(shown['pid']);
  const logs = await json(['service', 'logs', '--slot', 'ops-maint']);
  expect(String(logs['lines'])).toContain('To see the GUI go to');
  expect(world.rows('instance.proven').at(-1)?.data).toMatchObject({ pid, logMark: 'To see the GUI go to:' });

  signal(world.supervisorPid(), 'SIGKILL');
  expect(await json(['service', 'status', '--slot', 'ops-maint'])).toMatchObject({ state: 'healthy', pid });
  expect(isAlive(pid)).toBe(true);
  await world.ok(['service', 'stop', '--slot', 'ops-maint']);
  expect(isAlive(pid)).toBe(false);
  expect(await json(['service', 'status'])).toMatchObject({ state: 'healthy', pid: production['pid'] });
  expect(world.rows('slot.hidden').at(-1)?.data).toMatchObject({ slot: 'ops-maint', why: 'asked' });
});
