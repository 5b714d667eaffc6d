import { describe, expect, it } from 'vitest';

import type { BisectView } from '../../../../src/app/views/bisect-view.ts';
import type { RunView } from '../../../../src/app/views/run-view.ts';
import { lineText } from '../../../../src/faces/cli/line.ts';
import { renderBisect } from '../../../../src/faces/cli/render/bisect.ts';

const suspect: BisectView['suspects'][number] = {
  commit: 'ab'.repeat(20),
  point: '0002-upgrade-torch',
  title: 'upgrade torch 2.10.0 → 2.12.0',
  made: 'merge',
  run: 'r2',
  change: 'c2',
  packages: [{ name: 'torch', from: '2.10.0', to: '2.12.0' }],
  components: [{ name: 'demo-pack', from: 'aaaaaaa', to: null }],
  paths: ['requirements.in', 'requirements.lock'],
  nPaths: 2,
};
const probe = { commit: 'cd'.repeat(20), point: null, durationMs: 61_000, nStepsLeft: 1, row: 80 };
const bisect: BisectView = {
  good: '0000-adopted',
  bad: '0003-add-beta',
  watched: ['workflow portrait'],
  probes: [
    { ...probe, point: '0000-adopted', verdict: 'good', sentence: 'It boots on cpu; 1/1 workflows ran.' },
    { ...probe, verdict: 'skipped', sentence: 'A wheel is not kept.' },
    { ...probe, point: '0003-add-beta', verdict: 'bad', sentence: 'Workflow portrait failed: no kernel' },
  ],
  suspects: [suspect],
  backTo: '0001-add-alpha',
  command: 'orchestrate restore to 1',
  notProven: ['GPU kernels: it booted on the CPU'],
  row: 90,
};
const textOf = (given: Partial<RunView>): string =>
  renderBisect({
    ...{ run: 'r9', state: 'done', isFinal: true, waiting: null, stages: [], next: null, fault: null },
    ...{ restorePoint: null, plan: null, change: null, goBack: null, actions: [], bisect },
    ...given,
  } as unknown as RunView)
    .map((line) => lineText(line, false))
    .join('\n');

describe('restore bisect', () => {
  it('tells what each state showed, the merge, what differs in it, and what to type', () => {
    expect(textOf({})).toMatchInlineSnapshot(`
      "good     1m01 s  0000-adopted: It boots on cpu; 1/1 workflows ran. #80
      skipped  1m01 s  cdcdcdc: A wheel is not kept. #80
      bad      1m01 s  0003-add-beta: Workflow portrait failed: no kernel #80
      not proven: GPU kernels: it booted on the CPU
      0002-upgrade-torch broke workflow portrait #90
        upgrade torch 2.10.0 → 2.12.0  commit abababababab, c2 of r2
        − demo-pack aaaaaaa
        torch 2.10.0 → 2.12.0
        2 files: requirements.in and requirements.lock
      r9 changed nothing.
      next: orchestrate restore to 1   (back to 0001-add-alpha)"
    `);
  });

  it('names every suspect where those between could not be tried', () => {
    const byHand = { ...suspect, point: null, made: null, run: null, change: null, packages: [], components: [] };
    const text = textOf({ bisect: { ...bisect, suspects: [suspect, { ...byHand, title: 'edit' }] } });
    expect(text).toContain('One of 2 commits broke workflow portrait; those between could not be tried');
    expect(text).toContain('0002-upgrade-torch: upgrade torch');
    expect(text).toContain('abababa: edit  commit abababababab, a commit by hand');
    expect(text).toContain('no package and no component differs');
  });

  it('claims nothing without a row', () => {
    const fault = { code: 'BISECT_NOTHING_BROKEN', kind: 'user', message: 'Nothing is worse.', hints: [] } as const;
    const text = textOf({ bisect: null, state: 'failed', fault });
    expect(text).toContain('Nothing is worse.');
    expect(text).not.toContain('broke');
  });
});
