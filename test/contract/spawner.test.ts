import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, describe, expect, it } from 'vitest';

import { createHelperSpawner } from '../../src/adapters/process/helper-spawner.ts';
import { createInProcessSpawner } from '../../src/adapters/process/in-process-spawner.ts';
import { loadRow } from '../../src/adapters/process/linux-process-table.ts';
import type { OpenProgram, Spawner } from '../../src/adapters/process/spawner.ts';
import { eventually } from './support/eventually.ts';
import { tempFolder } from './support/temp-folder.ts';

const folder = tempFolder();
const isAlive = async (pid: number): Promise<boolean> => (await loadRow(pid)) !== undefined;
const sh = (script: string, more: Partial<Parameters<Spawner['run']>[0]> = {}) => ({
  program: '/bin/sh',
  args: ['-c', script],
  env: {},
  timeoutMs: 10_000,
  ...more,
});

describe.each([
  ['in this process', createInProcessSpawner],
  ['through the helper', createHelperSpawner],
])('a spawner %s', (_, create) => {
  const spawner: Spawner = create();
  afterAll(() => spawner.close());

  it('returns what a program wrote, byte for byte, and its exit status', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_value, at) => at));
    const result = await spawner.run(sh('cat; echo wrong >&2; exit 3', { stdin: bytes }));
    expect(result).toMatchObject({ exitCode: 3, signal: null, timedOut: false, truncated: false });
    expect(Buffer.compare(result.stdout, bytes)).toBe(0);
    expect(result.stderr.toString()).toBe('wrong\n');
  });

  it('gives the program the environment that was given, and nothing of ours', async () => {
    process.env['ORCHESTRATE_LEAK'] = 'yes';
    const leaky = await spawner.run({
      program: '/usr/bin/env',
      args: [],
      env: { ...process.env } as Record<string, string>,
      timeoutMs: 5000,
    });
    expect(leaky.stdout.toString()).toContain('ORCHESTRATE_LEAK=yes');
    const result = await spawner.run({ program: '/usr/bin/env', args: [], env: { ONLY: 'this' }, timeoutMs: 5000 });
    delete process.env['ORCHESTRATE_LEAK'];
    expect(result.stdout.toString()).toBe('ONLY=this\n');
  });

  it('reads a program that writes past the limit to its end, and keeps the limit', async () => {
    const result = await spawner.run(sh('head -c 300000 /dev/zero; echo end >&2', { maxOutputBytes: 1000 }));
    expect(result).toMatchObject({ exitCode: 0, truncated: true });
    expect(result.stdout.length).toBe(1000);
    expect(result.stderr.toString()).toBe('end\n');
  });

  it('kills the whole group of a program that takes too long', async () => {
    const result = await spawner.run(sh('sleep 100 & echo $!; sleep 100', { timeoutMs: 200 }));
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGKILL', timedOut: true });
    await eventually('the grandchild is gone', async () => !(await isAlive(Number(result.stdout.toString()))));
  });

  it('kills the whole group of a program that is aborted', async () => {
    const abort = new AbortController();
    const pidFile = join(folder, `aborted-${Math.random()}`);
    const running = spawner.run(sh(`sleep 100 & echo $! > ${pidFile}; sleep 100`), abort.signal);
    await eventually('it runs', () => readOrEmpty(pidFile) !== '');
    abort.abort();
    expect(await running).toMatchObject({ signal: 'SIGKILL', timedOut: false });
    await eventually('the grandchild is gone', async () => !(await isAlive(Number(readOrEmpty(pidFile)))));
  });

  it('does not wait for something that a program left behind with its pipes', async () => {
    const result = await spawner.run(sh('sleep 100 & echo bye'));
    expect(result).toMatchObject({ exitCode: 0, timedOut: false });
    expect(result.durationMs).toBeLessThan(5000);
  });

  it('survives a program that ends without reading its input', async () => {
    expect(await spawner.run(sh('exit 0', { stdin: Buffer.alloc(1_000_000) }))).toMatchObject({ exitCode: 0 });
  });

  it.each([
    ['/absent/program', 'ENOENT'],
    [fileURLToPath(import.meta.url), 'EACCES'],
  ])('rejects with the code of the failure when %s cannot be started', async (program, code) => {
    await expect(spawner.run({ program, args: [], env: {}, timeoutMs: 1000 })).rejects.toMatchObject({ code });
    await expect(spawner.open({ program, args: [], env: {} })).rejects.toMatchObject({ code });
  });

  it('talks with a program that stays', async () => {
    const program = await spawner.open({ program: '/bin/cat', args: [], env: {} });
    const heard = collect(program);
    program.write('one ');
    program.write(Buffer.from([0xff, 0x00]));
    await eventually('the echo', () => heard().length === 6);
    expect(heard()).toEqual(Buffer.concat([Buffer.from('one '), Buffer.from([0xff, 0x00])]));
    await program.close();
  });

  it('tells how a program that stays has ended', async () => {
    const program = await spawner.open({ program: '/bin/sh', args: ['-c', 'echo bad >&2; exit 7'], env: {} });
    const end = await new Promise((resolve) => program.onEnd(resolve));
    expect(end).toEqual({ exitCode: 7, signal: null, stderr: 'bad\n' });
    program.write('ignored');
    await program.close();
  });

  it('runs many programs at once', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, (_value, n) => spawner.run(sh(`echo ${n}`))));
    expect(results.map((result) => result.stdout.toString())).toEqual(
      Array.from({ length: 20 }, (_value, n) => `${n}\n`),
    );
  });

  it('starts a service that writes to its log and outlives the spawner', async () => {
    const own = create();
    const logPath = join(folder, `service-${Math.random()}.log`);
    const pid = await own.startDetached({ ...sh('echo up; exec sleep 100'), cwd: folder, logPath });
    await eventually('its log', () => readOrEmpty(logPath) === 'up\n');
    await own.close();
    expect(await isAlive(pid)).toBe(true);
    process.kill(-pid, 'SIGKILL');
  });

  it('ends its programs when it is closed', async () => {
    const own = create();
    const pidFile = join(folder, `closed-${Math.random()}`);
    const running = own.run(sh(`echo $$ > ${pidFile}; exec sleep 100`)).catch(() => undefined);
    await eventually('it runs', () => readOrEmpty(pidFile) !== '');
    await own.close();
    await running;
    await eventually('it is gone', async () => !(await isAlive(Number(readOrEmpty(pidFile)))));
    expect(await isAlive(Number(readOrEmpty(pidFile)))).toBe(false);
  });
});

describe('the spawn helper', () => {
  it('is started again after it was killed, and what ran then says so', async () => {
    const spawner = createHelperSpawner();
    const open = await spawner.open({ program: '/bin/cat', args: [], env: {} });
    const ended = new Promise<{ stderr: string }>((resolve) => open.onEnd(resolve));
    const running = spawner.run(sh('exec sleep 10'));
    const helper = spawner.helperPid() ?? 0;
    setTimeout(() => process.kill(helper, 'SIGKILL'), 100);
    await expect(running).rejects.toMatchObject({
      code: 'HELPER_LOST',
      message: expect.stringContaining('was killed') as string,
    });
    expect((await ended).stderr).toContain('was killed');
    expect((await spawner.run(sh('echo again'))).stdout.toString()).toBe('again\n');
    expect(spawner.helperPid()).not.toBe(helper);
    await spawner.close();
  });

  it('kills the programs that it runs when its parent is killed, and leaves services alone', async () => {
    const pids = join(folder, 'pids');
    const script = `
      import { createHelperSpawner } from ${JSON.stringify(new URL('../../src/adapters/process/helper-spawner.ts', import.meta.url).href)};
      const spawner = createHelperSpawner();
      const service = await spawner.startDetached({ program: '/bin/sleep', args: ['100'], env: {}, cwd: '/', logPath: ${JSON.stringify(join(folder, 'log'))} });
      spawner.run({ program: '/bin/sh', args: ['-c', 'echo $$ ' + service + ' ' + spawner.helperPid() + ' > ${pids}; sleep 100'], env: {}, timeoutMs: 60000 });
    `;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
    await eventually('the program runs', () => readOrEmpty(pids).endsWith('\n'));
    parent.kill('SIGKILL');
    const [program = 0, service = 0, helper = 0] = readOrEmpty(pids).split(' ').map(Number);
    await eventually('program and helper are gone', async () => !(await isAlive(program)) && !(await isAlive(helper)));
    expect(await isAlive(service)).toBe(true);
    process.kill(service, 'SIGKILL');
  });

  it('does not keep a process alive that has nothing to wait for', async () => {
    const script = `
      import { createHelperSpawner } from ${JSON.stringify(new URL('../../src/adapters/process/helper-spawner.ts', import.meta.url).href)};
      await createHelperSpawner().run({ program: '/bin/true', args: [], env: {}, timeoutMs: 5000 });
    `;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
    await eventually('it has ended', () => parent.exitCode === 0, 10_000);
    expect(parent.exitCode).toBe(0);
  });
});

function collect(program: OpenProgram): () => Buffer {
  const chunks: Buffer[] = [];
  program.onData((chunk) => chunks.push(chunk));
  return () => Buffer.concat(chunks);
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
