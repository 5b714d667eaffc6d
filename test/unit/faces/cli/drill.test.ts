import { describe, expect, it } from 'vitest';

import type { DrillView } from '../../../../src/app/views/drill-view.ts';
import type { RunView } from '../../../../src/app/views/run-view.ts';
import { lineText } from '../../../../src/faces/cli/line.ts';
import { drillLine, renderDrill } from '../../../../src/faces/cli/render/drill.ts';

const drill: DrillView = {
  point: '0007-upgrade-pytorch',
  run: 'r9',
  comesBack: true,
  parts: [
    { part: 'build', durationMs: 61_000, sentence: 'environment e1 built anew from 5 kept wheels, no index asked' },
    { part: 'boot', durationMs: 4_200, sentence: 'tree a81f03d answers on :8191' },
  ],
  notProven: ['GPU kernels: it booted on the CPU'],
  fault: null,
  durationMs: 65_200,
  atMs: Date.UTC(2026, 7, 23, 12),
  row: 80,
};
const fault = {
  code: 'RESTORE_UNAVAILABLE',
  kind: 'outside',
  message: '0007-upgrade-pytorch needs the network: 1 of its wheels is not kept: torch 2.8.0.',
  hints: ['orchestrate restore list'],
} as const;
const view = (given: Partial<RunView>): RunView =>
  ({
    run: 'r9',
    state: 'done',
    isFinal: true,
    waiting: null,
    stages: [],
    next: null,
    fault: null,
    restorePoint: null,
    plan: null,
    change: null,
    goBack: null,
    actions: [],
    drill,
    ...given,
  }) as RunView;
const textOf = (one: RunView): string =>
  renderDrill(one)
    .map((line) => lineText(line, false))
    .join('\n');

describe('restore drill', () => {
  it('tells seconds and what was seen of each part, and what was not proven', () => {
    expect(textOf(view({}))).toMatchInlineSnapshot(`
      "build      1m01 s  environment e1 built anew from 5 kept wheels, no index asked
      boot        4.2 s  tree a81f03d answers on :8191
      not proven: GPU kernels: it booted on the CPU
      It comes back: 0007-upgrade-pytorch in 1m05 s #80
      r9 changed nothing."
    `);
  });

  it('tells the parts that held and why it does not come back', () => {
    const text = textOf(view({ state: 'failed', fault, drill: { ...drill, comesBack: false, fault } }));
    expect(text).toContain('no index asked');
    expect(text).toContain('torch 2.8.0');
    expect(text).not.toContain('It comes back');
  });

  it('claims nothing without a row', () => {
    expect(textOf(view({ drill: null }))).not.toContain('comes back');
  });
});

describe('the newest drill of a restore point', () => {
  it('says that it came back, that it did not, or that nobody tried', () => {
    const lines = [null, drill, { ...drill, comesBack: false, fault }].map((one) => lineText(drillLine(one), false));
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "never drilled: that it comes back is not proven
      drilled: it came back in 1m05 s (2026-08-23 12:00:00Z, r9 #80)
      drilled: it did not come back: 0007-upgrade-pytorch needs the network: 1 of its wheels is not kept: torch 2.8.0. (2026-08-23 12:00:00Z, r9 #80)"
    `);
  });
});
