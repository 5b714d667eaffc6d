import { describe, expect, it } from 'vitest';

import { readPs, readVmStat } from '../../../../src/adapters/machine/darwin-facts.ts';
import { createDiskRoom } from '../../../../src/adapters/machine/disk-room.ts';
import { readGroupMemory, readMeminfo, readResident, readStat } from '../../../../src/adapters/machine/linux-facts.ts';
import { createMachineFacts } from '../../../../src/adapters/machine/machine-facts.ts';
import { Fault } from '../../../../src/base/fault.ts';

describe('what a machine tells', () => {
  it('reads the memory of Linux, with and without MemAvailable and swap', () => {
    expect(readMeminfo('MemTotal: 100 kB\nMemAvailable:   40 kB\nSwapTotal: 8 kB\nSwapFree: 6 kB\n')).toEqual({
      totalBytes: 102_400,
      availableBytes: 40_960,
      swapUsedBytes: 2_048,
    });
    expect(readMeminfo('MemTotal: 100 kB\nMemFree: 10 kB\nBuffers: 1 kB\nCached: 2 kB\n')).toMatchObject({
      availableBytes: 13 * 1024,
      swapUsedBytes: null,
    });
  });

  it('takes the limit of a control group for the memory, and the word max for none', () => {
    expect(readGroupMemory('1000\n', '900\n', 300)).toEqual({ totalBytes: 1_000, availableBytes: 400 });
    expect(readGroupMemory('max\n', '900\n', 0)).toBeUndefined();
  });

  it('reads a process whose name has brackets and blanks in it', () => {
    const stat = `12 (py) S (x) D 1 1 1 0 -1 0 0 0 0 0 150 50 0 0 20 0 1 0 99 0 0`;
    expect(readStat(stat, 100)).toEqual({ state: 'D', cpuMs: 2_000 });
    expect(readStat('', 100)).toBeUndefined();
    expect(readResident('Name:\tx\nVmRSS:\t    20 kB\n')).toBe(20_480);
  });

  it('reads what macOS says', () => {
    const pages =
      'Mach Virtual Memory Statistics: (page size of 16384 bytes)\nPages free:   10.\nPages inactive:  5.\n';
    expect(readVmStat('4096000\n', pages, 'total = 2.00M  used = 1.00M  free = 1.00M')).toEqual({
      totalBytes: 4_096_000,
      availableBytes: 15 * 16_384,
      swapUsedBytes: 1_048_576,
    });
    expect(readPs('  2048   1:02.50 U+\n')).toEqual({ residentBytes: 2_097_152, cpuMs: 62_500, state: 'D' });
    expect(readPs('')).toBeUndefined();
  });

  it('says nothing of what is not there', async () => {
    const machine = createMachineFacts({
      processes: { run: () => Promise.reject(new Fault('PROCESS_FAILED', 'there is no such program')) },
      platform: 'linux',
    });
    expect(await machine.disk('/nowhere/at/all')).toBeUndefined();
    expect(await machine.process(2 ** 30)).toBeUndefined();
    expect(await machine.disk('/')).toMatchObject({ path: '/', totalBytes: expect.any(Number) as number });
  });

  it('waits for a disk that went away no longer than its time, and asks it once until it answers', async () => {
    const answers: (() => void)[] = [];
    const room = { bsize: 1, blocks: 10, bavail: 4 };
    const disk = createDiskRoom(() => new Promise((resolve) => answers.push(() => resolve(room))), 20);
    expect(await Promise.all([disk('/nas'), disk('/nas')])).toEqual(['silent', 'silent']);
    expect(await disk('/nas')).toBe('silent');
    expect(answers).toHaveLength(1);
    answers[0]?.();
    await new Promise((resolve) => setImmediate(resolve));
    const asked = disk('/nas');
    answers[1]?.();
    expect(await asked).toEqual({ path: '/nas', totalBytes: 10, freeBytes: 4 });
  });
});
