import { expect, it } from 'vitest';

import { markOf } from '../../../../src/engine/context.ts';
import { lookAtProduction } from '../../../../src/engine/doctor/looks/production.ts';
import { lookAtHealth } from '../../../../src/engine/health/look.ts';
import { measure } from '../../../../src/engine/health/sample.ts';
import { passUntil } from '../../../fakes/fake-life.ts';
import { by, supervised } from '../supervisor/supervised-scene.ts';

it('a production whose start command is a wrapper is the process that it started too', async () => {
  const { world, ask, latest } = await supervised();
  await ask('service.start', { by });
  await passUntil(world, () => latest('instance.proven') !== undefined);
  const wrapper = latest('instance.proven');
  const context = { ...world.context, ledger: world.ledgers.open() };
  const listening = { pid: 7_001, startTime: 'later', argv: ['node', 'server.js'] };
  const { findMarked } = world.processes;
  world.processes.findMarked = async (matches) => [
    ...(await findMarked(matches)),
    ...(matches(markOf(context, 'i1')) ? [{ ...listening, mark: markOf(context, 'i1') }] : []),
  ];
  world.ports.hold(8188, [listening]);
  const takes = { openFiles: 10, state: 'S' };
  world.machine.processes.set(wrapper?.pid ?? 0, { ...takes, residentBytes: 1e6, cpuMs: 5 });
  world.machine.processes.set(listening.pid, { ...takes, residentBytes: 4e9, cpuMs: 900 });

  const portsNow = async () =>
    (await lookAtHealth(context, { isDeep: false })).find(({ part }) => part === 'ports')?.state;
  expect(await portsNow()).toBe('good');
  expect((await lookAtProduction(context, { isDeep: false })).findings).toEqual([]);
  const values = new Map((await measure(context)).points.map(({ series, value }) => [series, value]));
  expect([values.get('service.memory'), values.get('service.cpu'), values.get('service.files')]).toEqual([
    4.001e9, 905, 20,
  ]);

  world.ports.hold(8188, [{ ...listening, pid: 9_999 }]);
  expect(await portsNow()).toBe('bad');
});
