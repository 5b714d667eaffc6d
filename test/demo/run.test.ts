import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';

import { Findings, reportText } from '../../demo/run/findings.ts';
import { ownProcesses, stopOwnProcesses, untilEnded } from '../../demo/run/processes.ts';
import { findListWith, findWith, reasonOf } from '../../demo/run/product.ts';
import { removeTree } from '../../demo/run/remove-tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'demo-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FOREVER = 'setInterval(() => {}, 1000)';

describe('stopping', () => {
  test('ends the processes that name the folder, and no other', async () => {
    const bystander = spawn(process.execPath, ['-e', FOREVER], { stdio: 'ignore' });
    const byArgument = spawn(process.execPath, ['-e', FOREVER, join(folder, 'x')], { stdio: 'ignore' });
    const stubborn = spawn(process.execPath, ['-e', `process.on('SIGTERM', () => {}); ${FOREVER}`, folder], {
      stdio: 'ignore',
    });
    const ended = [once(byArgument, 'exit'), once(stubborn, 'exit')];
    await expect.poll(() => ownProcesses(folder).length).toBe(2);
    const stopped = new Set((await stopOwnProcesses(folder)).map(({ pid }) => pid));
    expect(stopped).toEqual(new Set([byArgument.pid, stubborn.pid]));
    await Promise.all(ended);
    expect([ownProcesses(folder), bystander.exitCode, bystander.signalCode]).toEqual([[], null, null]);
    bystander.kill('SIGKILL');
    await once(bystander, 'exit');
  }, 20_000);

  test('lets those end that were asked to, says what it waits for, and not for ever', async () => {
    const slow = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 2_500)', join(folder, 'slow')], {
      stdio: 'ignore',
    });
    await expect.poll(() => ownProcesses(folder).length).toBe(1);
    const told: (number | undefined)[] = [];
    const tell = (left: readonly { pid: number }[]): void => void told.push(...left.map(({ pid }) => pid));
    const still = await untilEnded(folder, { atMostMs: 200, tell });
    expect([still.map(({ pid }) => pid), told]).toEqual([[slow.pid], []]);
    expect(await untilEnded(folder, { atMostMs: 15_000, tell })).toEqual([]);
    expect(told).toEqual([slow.pid]);
  }, 20_000);

  test('removes sealed folders too', () => {
    const sealed = join(folder, 'sealed', 'inner');
    mkdirSync(sealed, { recursive: true });
    writeFileSync(join(sealed, 'file'), '');
    chmodSync(sealed, 0o555);
    chmodSync(join(folder, 'sealed'), 0o555);
    removeTree(join(folder, 'sealed'));
    expect(existsSync(join(folder, 'sealed'))).toBe(false);
  });
});

describe('reading the answers', () => {
  const answer = {
    run: { state: 'failed', plan: { moves: [{ name: 'torch', to: '2' }] }, fault: { code: 'X', message: 'It broke.' } },
  };

  test('finds the object and the list that have the keys, however deep', () => {
    expect(findWith(answer, 'state', 'plan')).toBe(answer.run);
    expect(findListWith(answer, 'name', 'to')).toBe(answer.run.plan.moves);
    expect([findWith(answer, 'absent'), findListWith(undefined, 'name'), reasonOf(answer)]).toEqual([
      undefined,
      [],
      'It broke.',
    ]);
  });

  test('what was not seen is not good', () => {
    const findings = new Findings();
    expect(findings.isGood).toBe(false);
    findings.same('a number', '1', '1');
    expect(findings.isGood).toBe(true);
    findings.same('a version', undefined, undefined);
    expect(findings.isGood).toBe(false);
    expect(reportText(findings)).toContain('✗  a version  not known');
  });
});
