import { expect, it } from 'vitest';

import { prometheusText } from '../../../../src/domain/metrics/prometheus.ts';

it('tells newest values as gauges, a port as a label, and nothing that is old or no number', () => {
  const at = (series: string, value: number, atMs = 1_000) => ({ series, atMs, value });
  const values = [
    at('service.latency.8188', 4),
    at('disk.free.home', 7e9),
    at('service.latency.8189', 5),
    at('memory.available', 1, 10),
    at('load.minute', Number.NaN),
  ];
  expect(prometheusText(values, { nowMs: 2_000, staleMs: 1_500 })).toBe(
    `# TYPE orchestrate_disk_free_home gauge
orchestrate_disk_free_home 7000000000
# TYPE orchestrate_service_latency gauge
orchestrate_service_latency{of="8188"} 4
orchestrate_service_latency{of="8189"} 5
`,
  );
  expect(prometheusText([], { nowMs: 0, staleMs: 1 })).toBe('');
});

it('makes a name of whatever a series is called', () => {
  expect(prometheusText([{ series: 'disk.free.my disk"}\n', atMs: 0, value: 1 }], { nowMs: 0, staleMs: 1 })).toBe(
    '# TYPE orchestrate_disk_free_my_disk___ gauge\norchestrate_disk_free_my_disk___ 1\n',
  );
});
