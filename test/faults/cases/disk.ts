import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'vitest';

import type { DiskFullOutcome } from '../../support/fault-disk-full.ts';
import type { FaultCase } from '../../support/fault-suite.ts';

const inNamespace = (script: string): string => {
  const mountPoint = fs.mkdtempSync(join(tmpdir(), 'orc-disk-'));
  try {
    return execFileSync('unshare', ['-Urm', 'sh', '-c', script, 'sh', mountPoint], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 1 << 26,
    });
  } finally {
    fs.rmdirSync(mountPoint);
  }
};

export const diskCases: readonly FaultCase[] = [
  {
    id: 'F16',
    title:
      'the disk is full at chosen points of a run: it is said, nothing is half done, and it goes on after room is made',
    noProduction: true,
    control: () => {
      if (spawnSync('unshare', ['-Urm', 'true']).status !== 0) return undefined;
      const left = inNamespace(
        'mount -t tmpfs -o size=64k tmpfs "$1" && cd "$1" && echo old > lock && head -c 1000000 /dev/zero > ballast; head -c 20000 /dev/zero > lock; wc -c < lock',
      );
      return Number(left) !== 20_000
        ? `a file that is written in place is neither old nor new: ${left.trim()} bytes`
        : undefined;
    },
    fault: async () => {
      const program = join(import.meta.dirname, '../../support/fault-disk-full.ts');
      const outcomes = JSON.parse(
        inNamespace(`exec '${process.execPath}' --disable-warning=ExperimentalWarning '${program}' "$1"`),
      ) as readonly DiskFullOutcome[];
      expect(outcomes.filter((one) => one.exitStatus !== 0).length, 'the disk really was full').toBeGreaterThan(3);
      for (const one of outcomes) {
        expect(one.broken, `full at ${one.at}: ${JSON.stringify(one)}`).toEqual([]);
        expect(one.state, `full at ${one.at}: ${JSON.stringify(one)}`).toBe('done');
        if (one.exitStatus !== 0)
          expect(`${one.said} ${one.codes.join(' ')}`, `full at ${one.at}`).toMatch(
            /DISK_FULL|SMOKE_FAILED|no space|disk/i,
          );
      }
    },
  },
];
