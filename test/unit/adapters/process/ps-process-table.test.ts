import { describe, expect, it } from 'vitest';

import { parseMarked, parseRow } from '../../../../src/adapters/process/ps-process-table.ts';

describe('what ps prints', () => {
  it('is read into rows, without zombies', () => {
    expect(parseRow('  123     1   120 Ss   Mon Nov 16 09:00:00 2026    ')).toEqual({
      pid: 123,
      isStopped: false,
      parentId: 1,
      groupId: 120,
      startTime: 'Mon Nov 16 09:00:00 2026',
    });
    expect(parseRow('  123     1   120 Ts   Mon Nov 16 09:00:00 2026')?.isStopped).toBe(true);
    expect(parseRow('  123     1   120 Z+   Mon Nov 16 09:00:00 2026')).toBeUndefined();
    expect(parseRow('')).toBeUndefined();
  });

  it('gives the mark of a process and nothing else of its environment', () => {
    const line = '  123 Mon Nov 16 09:00:00 2026 /usr/bin/python main.py --port 8189 ORCHESTRATE_MARK=i4 TOKEN=secret';
    expect(parseMarked(line)).toEqual({
      pid: 123,
      startTime: 'Mon Nov 16 09:00:00 2026',
      mark: 'i4',
      argv: ['/usr/bin/python', 'main.py', '--port', '8189'],
    });
    expect(parseMarked('  123 Mon Nov 16 09:00:00 2026 /bin/sh PATH=/bin')).toBeUndefined();
  });
});
