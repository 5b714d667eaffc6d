import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { removeOldLogs } from '../../src/adapters/log/old-logs.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'old-logs-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Above the largest process id that Linux gives: nobody has it. */
const gone = 4_194_304;

function write(name: string, atSeconds: number): void {
  writeFileSync(join(dir, name), '');
  utimesSync(join(dir, name), atSeconds, atSeconds);
}

it('keeps the logs of the newest twenty that are gone, and of every process that lives', () => {
  for (let n = 1; n <= 30; n += 1) write(`supervisor-${gone + n}.log`, n);
  write(`supervisor-${gone + 1}.log.1`, 0);
  write(`supervisor-${process.pid}.log`, 0);
  write('supervisor-start-demo.log', 0);
  removeOldLogs(dir);
  const left = readdirSync(dir);
  expect(left).toHaveLength(22);
  expect(left).toContain(`supervisor-${process.pid}.log`);
  expect(left).toContain('supervisor-start-demo.log');
  expect(left).toContain(`supervisor-${gone + 11}.log`);
  expect(left).not.toContain(`supervisor-${gone + 10}.log`);
  removeOldLogs(dir);
  expect(readdirSync(dir)).toHaveLength(22);
});

it('does nothing where there is no folder', () => {
  expect(() => removeOldLogs(join(dir, 'none'))).not.toThrow();
});
