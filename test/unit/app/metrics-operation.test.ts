import { describe, expect, it } from 'vitest';

import type { App } from '../../../src/app/app.ts';
import { metrics } from '../../../src/app/operations/metrics.ts';
import { lineText } from '../../../src/faces/cli/line.ts';
import { renderMetrics } from '../../../src/faces/cli/render/metrics.ts';
import { createFakeMetrics } from '../../fakes/fake-metrics.ts';
import { createWorld } from '../../fakes/fake-world.ts';

const hour = 3_600_000;

async function measured() {
  const world = await createWorld();
  const values = createFakeMetrics();
  const nowMs = world.clock.nowMs();
  const app = {
    outside: world.context.outside,
    installation: async () => ({ ...world.context, metrics: values }),
  } as unknown as App;
  const show = (input: object) => metrics.run(app, metrics.input.parse(input));
  return { nowMs, values, show };
}

describe('metrics', () => {
  it('shows a series in stretches with its trend, and only those that were asked for', async () => {
    const { nowMs, values, show } = await measured();
    const points = Array.from({ length: 24 }, (_, n) => ({ atMs: nowMs - (24 - n) * hour, value: 100e9 - n * 1e9 }));
    await values.append(points.map((one) => ({ ...one, series: 'disk.free.home' })));
    await values.append([{ series: 'load.minute', atMs: nowMs - 1, value: 0.5 }]);
    const found = await show({ series: 'disk', stretches: 24 });
    expect(found.series).toHaveLength(1);
    expect(found.series[0]).toMatchObject({
      ...{
        unit: 'bytes',
        n: 24,
        min: 77e9,
        max: 100e9,
        newest: { value: 77e9, text: '77 GB' },
        range: '77 GB to 100 GB',
      },
      chart: '██▇▇▇▆▆▆▆▅▅▅▄▄▄▃▃▃▃▂▂▂▁▁',
      trend: { kind: 'moving', text: 'falls by 24 GB a day (24 GB to 24 GB)' },
    });
    expect((await show({})).series.map((one) => one.series)).toEqual(['disk.free.home', 'load.minute']);
    const lines = renderMetrics(await show({ stretches: 24 })).map((line) => lineText(line, false));
    expect(lines.slice(2)).toEqual([
      'disk.free.home  77 GB  ██▇▇▇▆▆▆▆▅▅▅▄▄▄▃▃▃▃▂▂▂▁▁',
      '                       77 GB to 100 GB · falls by 24 GB a day (24 GB to 24 GB)',
      'load.minute       0.5                         ▁',
      '                       0.5 · too few values for a trend: 1 over 0 minutes',
    ]);
  });

  it('says when nothing was measured, and what was meant by a name that nothing has', async () => {
    const { nowMs, values, show } = await measured();
    expect(lineText(renderMetrics(await show({}))[0] ?? '', false)).toMatch(
      /^Nothing was measured since .*every 60 s|1m00 s\.$/,
    );
    await values.append([{ series: 'disk.free.home', atMs: nowMs - 40 * 24 * hour, value: 1 }]);
    expect((await show({})).series).toEqual([]);
    await expect(show({ series: 'disk.fre' })).rejects.toMatchObject({
      code: 'SERIES_NOT_FOUND',
      hints: ['orchestrate metrics disk.free'],
    });
    expect(() => metrics.input.parse({ since: 'soon' })).toThrow(/has to be a time/);
  });
});
