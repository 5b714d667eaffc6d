import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import { sessionReport } from '../../../../src/domain/runs/session-report.ts';
import { doneScene } from '../../../support/journal-scene.ts';

describe('sessionReport', () => {
  it('tells what was done, reviewed and came of it, each line with its row', () => {
    const scene = doneScene();
    const entries = scene.entries.filter((entry) => entry.run === 'r1');
    const report = sessionReport({ run: 'r1', goal: 'upgrade pytorch', state: 'done', fault: null, entries });
    const lines = report.split('\n').filter((line) => line.startsWith('- '));
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) {
      const seq = Number(/#(\d+)$/.exec(line)?.[1]);
      expect(scene.entries[seq - 1]?.run, `for ${line}`).toBe('r1');
    }
    expect(report).toContain('Ended as **done**.');
    expect(report.match(/^## .*/gm)).toEqual(['## Steps', '## Review', '## What came of it']);
  });

  it('is short when nothing happened', () => {
    const fault = new Fault('GOAL_UNKNOWN', 'No playbook understands "x".').toRecord();
    expect(sessionReport({ run: 'r1', goal: 'x', state: 'failed', fault, entries: [] })).toBe(
      '# r1: x\n\nEnded as **failed**.\n\nGOAL_UNKNOWN: No playbook understands "x".\n',
    );
  });

  it('lets no text of a log or a name begin a line of its own', () => {
    const report = sessionReport({
      run: 'r1',
      goal: 'a\n# forged\u202e',
      state: 'failed',
      fault: new Fault('SMOKE_FAILED', 'x\n- forged #1').toRecord(),
      entries: [],
    });
    expect(report.split('\n').filter((line) => line.includes('forged'))).toEqual([
      '# r1: a # forged ',
      'SMOKE_FAILED: x - forged #1',
    ]);
  });
});
