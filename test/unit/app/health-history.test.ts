import { expect, it } from 'vitest';

import type { App } from '../../../src/app/app.ts';
import { healthHistory } from '../../../src/app/operations/health-history.ts';
import { row } from '../../../src/domain/journal/kinds.ts';
import { lineText } from '../../../src/faces/cli/line.ts';
import { renderHealthHistory } from '../../../src/faces/cli/render/health-history.ts';
import { createFakeMetrics } from '../../fakes/fake-metrics.ts';
import { createWorld } from '../../fakes/fake-world.ts';

const hour = 3_600_000;

it('tells each day by what was measured on it, and what moved', async () => {
  const world = await createWorld();
  const ledger = world.ledgers.open();
  await ledger.acquire();
  const metrics = createFakeMetrics();
  const app = {
    outside: world.context.outside,
    installation: async () => ({ ...world.context, ledger, metrics }),
  } as unknown as App;
  const show = async (days = 14): Promise<string[]> =>
    renderHealthHistory(await healthHistory.run(app, { days })).map((line) => lineText(line, false));
  expect(await show()).toEqual(['Nothing was measured in that time: it is while a supervisor runs.']);

  await world.clock.advance(10 * hour);
  const nowMs = world.clock.nowMs();
  const at = (ageHours: number, series: string, value: number) => ({ series, atMs: nowMs - ageHours * hour, value });
  await metrics.append([
    ...[at(1, 'memory.available', 8e9), at(2, 'memory.available', 9e9), at(30, 'memory.available', 7e9)],
    ...[at(1, 'service.up', 1), at(2, 'service.up', 0), at(1, 'service.latency.8188', 4)],
    ...[at(1, 'disk.free.home', 50e9), at(2, 'disk.free.models', 20e9), at(24 * 20, 'memory.available', 1)],
  ]);
  const moved = { what: 'disk:models', from: 'good', to: 'warning', value: 9e9, limit: 10e9 } as const;
  await ledger.append([
    row('health.moved', { ...moved, sentence: '9.0 GB of 1 TB free at /m' }, { keys: ['health:x'] }),
  ]);
  const seq = ledger.head().seq;
  expect(await show()).toEqual([
    'day         production answered  in    slowest  least disk  least memory  measured',
    '2026-01-01  50.0 %               4 ms  4 ms     20 GB       8.0 GB        2×',
    '2025-12-31  -                    -     -        -           7.0 GB        1×',
    '',
    `2026-01-01 10:00:00Z  Disk:models was good and is warning: 9.0 GB of 1 TB free at /m #${seq}`,
  ]);
  await world.clock.advance(72 * hour);
  expect(await show(2)).toEqual(['Nothing was measured in that time: it is while a supervisor runs.']);
  expect((await show(4)).at(-1)).toContain(`#${seq}`);
});
