import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { createLogFiles } from '../../src/adapters/log-files/log-files.ts';
import type { LogLine } from '../../src/ports/index.ts';

let dir = '';
beforeEach(() => (dir = mkdtempSync(`${tmpdir()}/log-files-`)));
afterEach(() => rmSync(dir, { recursive: true }));

const files = createLogFiles();
async function readAll(
  path: string,
  options?: Parameters<typeof files.read>[1],
): Promise<{ lines: LogLine[]; endByte: number }> {
  const lines: LogLine[] = [];
  let endByte = options?.fromByte ?? 0;
  for await (const batch of files.read(path, options)) {
    expect(batch.lines.length).toBeLessThanOrEqual(1_000);
    lines.push(...batch.lines);
    endByte = batch.endByte;
  }
  return { lines, endByte };
}
const logOf = (data: string | Uint8Array): string => {
  writeFileSync(`${dir}/x.log`, data);
  return `${dir}/x.log`;
};

test('progress bars, Windows line ends, colours and an open end are lines', async () => {
  const { lines } = await readAll(
    logOf('\u001B[31m[ERROR]\u001B[0m bad\r\n 0%\r 50%\r100%\n\nopen \u001B]0;title\u0007end'),
  );
  expect(lines).toEqual([
    { line: 1, text: '[ERROR] bad', isCut: false },
    { line: 2, text: ' 0%', isCut: false },
    { line: 2, text: ' 50%', isCut: false },
    { line: 2, text: '100%', isCut: false },
    { line: 4, text: 'open end', isCut: false },
  ]);
});

test('a line of 10 MB is cut, and the next one is whole', async () => {
  const { lines } = await readAll(logOf(`${'x'.repeat(10 * 1024 * 1024)}\nKilled\n`));
  expect(lines.map(({ text, isCut, line }) => [text.length, isCut, line])).toEqual([
    [8_192, true, 1],
    [6, false, 2],
  ]);
});

test('bytes that are no text are read without a fault, and steer nothing', async () => {
  const bytes = new Uint8Array(300_000).map((_, index) => (index * 7 + (index >> 8)) % 256);
  const { lines } = await readAll(logOf(bytes));
  expect(lines.length).toBeGreaterThan(0);
  // oxlint-disable-next-line no-control-regex
  for (const { text } of lines) expect(text).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/);
});

test('how much of a file is no text is said: a log, a log with a bad line, UTF-16, a binary file, nothing but zeros', async () => {
  const shareOf = async (data: string | Uint8Array): Promise<number> => {
    let share = 0;
    for await (const { noTextShare } of files.read(logOf(data))) share = noTextShare;
    return share;
  };
  const log = '\u001B[32m[INFO]\u001B[0m got prompt: größer\r\n'.repeat(100);
  expect(await shareOf(log)).toBe(0);
  expect(
    await shareOf(Buffer.concat([Buffer.from(log), Buffer.alloc(50, 0xff), Buffer.from(`\n${log}`)])),
  ).toBeLessThan(0.02);
  expect(await shareOf(Buffer.from(log, 'latin1'))).toBeLessThan(0.1);
  expect(await shareOf(Buffer.from(log, 'utf16le'))).toBeGreaterThan(0.4);
  expect(await shareOf(new Uint8Array(300_000).map((_, index) => (index * 7 + (index >> 8)) % 256))).toBeGreaterThan(
    0.4,
  );
  expect(await shareOf(new Uint8Array(3_000_000))).toBe(1);
});

test('a read that goes on takes what was added, and a line only when it has an end', async () => {
  const path = logOf('one\ntw');
  const first = await readAll(path, { maxBytes: 1_000 });
  expect(first).toMatchObject({ lines: [{ text: 'one' }], endByte: 4 });
  appendFileSync(path, 'o\nthree\n');
  const second = await readAll(path, { fromByte: first.endByte, maxBytes: 1_000 });
  expect(second.lines.map(({ text }) => text)).toEqual(['two', 'three']);
  truncateSync(path, 0);
  appendFileSync(path, 'anew\n');
  expect((await readAll(path, { fromByte: second.endByte })).lines.map(({ text }) => text)).toEqual(['anew']);
});

test('a read that goes on counts the lines behind empty ones, and those of a line that steers back to its beginning', async () => {
  const path = logOf('one\n\n\n');
  let passed = 0;
  const numbers: number[] = [];
  let fromByte = 0;
  const readOn = async (): Promise<void> => {
    const from = passed;
    for await (const { lines, endByte, endLine } of files.read(path, { fromByte, maxBytes: 1_000 })) {
      numbers.push(...lines.map(({ line }) => from + line));
      passed = from + endLine;
      fromByte = endByte;
    }
  };
  await readOn();
  for (const more of ['four\n', '\n', '10%\r20%\r', '30%\n', 'seven\n']) {
    appendFileSync(path, more);
    await readOn();
  }
  expect(numbers).toEqual([1, 4, 6, 6, 6, 7]);
  expect(passed).toBe(7);
});

test('what is no readable file is said, with the path and what to type', async () => {
  await expect(readAll(`${dir}/none.log`)).rejects.toMatchObject({
    code: 'LOG_UNREADABLE',
    message: `The log ${dir}/none.log cannot be read: there is no such file.`,
  });
  await expect(readAll(dir)).rejects.toMatchObject({ code: 'LOG_UNREADABLE' });
  // Nobody ever writes into it: an open that waits would hold the test.
  execFileSync('mkfifo', [`${dir}/pipe`]);
  await expect(readAll(`${dir}/pipe`)).rejects.toMatchObject({
    code: 'LOG_UNREADABLE',
    message: `The log ${dir}/pipe cannot be read: it is no plain file.`,
  });
});
