import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createSystemClock } from '../../src/adapters/clock/system-clock.ts';
import { createHelperSpawner } from '../../src/adapters/process/helper-spawner.ts';
import { createInProcessSpawner } from '../../src/adapters/process/in-process-spawner.ts';
import { createProcesses } from '../../src/adapters/process/processes.ts';
import type { Spawner } from '../../src/adapters/process/spawner.ts';
import type { Processes } from '../../src/ports/processes.ts';
import { createFakeProcesses } from '../fakes/fake-processes.ts';
import { describeProcesses, type ProcessesHarness } from './processes.contract.ts';
import { eventually } from './support/eventually.ts';
import { faultOf } from './support/fault-of.ts';
import { tempFolder } from './support/temp-folder.ts';

const clock = createSystemClock();
const folder = tempFolder();

function makeReal(spawner: Spawner): ProcessesHarness {
  const processes = createProcesses({ spawner, clock });
  afterAll(() => processes.close());
  return {
    processes,
    folder,
    printsEnvironment: '/usr/bin/env',
    failsWith3: program('fails-with-3', 'cat; echo wrong >&2; exit 3'),
    dies: program('dies', 'kill -KILL $$'),
    sleeps: program('sleeps', 'exec sleep 100'),
    stubborn: program('stubborn', 'trap "" TERM; sleep 100 & wait; sleep 100'),
  };
}

function program(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

describeProcesses('in this process', () => Promise.resolve(makeReal(createInProcessSpawner())));
describeProcesses('through the helper', () => Promise.resolve(makeReal(createHelperSpawner())));
describeProcesses('fake', () => {
  const processes = createFakeProcesses();
  const never = (): Promise<never> => new Promise(() => {});
  processes.program('env', ({ env }) => ({
    stdout: Object.entries(env)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  }));
  processes.program('fails-with-3', ({ stdin }) => ({ stdout: String(stdin ?? ''), stderr: 'wrong\n', exitCode: 3 }));
  processes.program('dies', () => ({ exitCode: null, signal: 'SIGKILL' }));
  processes.program('sleeps', never);
  processes.program('stubborn', never);
  return Promise.resolve({
    processes,
    folder: '/fake',
    printsEnvironment: '/bin/env',
    failsWith3: '/bin/fails-with-3',
    dies: '/bin/dies',
    sleeps: '/bin/sleeps',
    stubborn: '/bin/stubborn',
  });
});

describe('real processes', () => {
  let processes: Processes;
  let spawner: ReturnType<typeof createHelperSpawner>;
  beforeAll(() => {
    spawner = createHelperSpawner();
    processes = createProcesses({ spawner, clock });
  });
  afterAll(() => processes.close());
  const service = (script: string, mark: string) => ({
    program: '/bin/sh',
    args: ['-c', script],
    env: {},
    cwd: folder,
    logPath: join(folder, `${mark}.log`),
    mark,
  });

  it('find by the mark what a killed helper left behind, and stop it', async () => {
    const running = processes.run({
      program: '/bin/sleep',
      args: ['100'],
      env: {},
      timeoutMs: 60_000,
      mark: 'orphan#1',
    });
    const lost = running.catch((error: unknown) => error);
    const orphans = () => processes.findMarked((mark) => mark === 'orphan#1');
    await eventually('it runs', async () => (await orphans())[0]?.argv[0] === '/bin/sleep');
    process.kill(spawner.helperPid() ?? 0, 'SIGKILL');
    expect(await lost).toMatchObject({ code: 'PROCESS_FAILED', data: { code: 'HELPER_LOST' } });
    const [orphan] = await orphans();
    if (orphan === undefined) throw new Error('the orphan is not found');
    expect(orphan.argv).toEqual(['/bin/sleep', '100']);
    await processes.stop(orphan, { graceMs: 5000 });
    expect(await orphans()).toEqual([]);
    expect((await processes.run({ program: '/bin/echo', args: ['on'], env: {}, timeoutMs: 5000 })).stdout).toBe('on\n');
  });

  it('stop what a service left in its group when the service itself is gone already', async () => {
    const identity = await processes.start(service('sleep 100 & echo $!; sleep 100', 'i7'));
    await eventually('both run', async () => (await processes.findMarked((mark) => mark === 'i7')).length === 3);
    process.kill(identity.pid, 'SIGKILL');
    await eventually('the service is gone', async () => !(await processes.isAlive(identity)));
    await processes.stop(identity, { graceMs: 5000 });
    expect(await processes.findMarked((mark) => mark === 'i7')).toEqual([]);
  });

  it('never stop a real stranger that has the pid of a service (the start time is another one)', async () => {
    const stranger = spawn('/bin/sleep', ['100'], { detached: true, env: {} });
    const identity = await processes.identify(stranger.pid ?? 0);
    await processes.stop({ pid: stranger.pid ?? 0, startTime: '1' }, { graceMs: 0 });
    expect(await processes.isAlive({ pid: stranger.pid ?? 0, startTime: identity?.startTime ?? '' })).toBe(true);
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    // The control: with the right start time it is stopped.
    await processes.stop({ pid: stranger.pid ?? 0, startTime: identity?.startTime ?? '' }, { graceMs: 5000 });
    expect(await processes.identify(stranger.pid ?? 0)).toBeUndefined();
  });

  it('count a zombie as gone', async () => {
    const parent = spawn('/bin/sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 100'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: {},
    });
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once('data', (data) => resolve(Number(String(data)))),
    );
    await eventually('it is a zombie', () => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '));
    expect(await processes.identify(pid)).toBeUndefined();
    parent.kill('SIGKILL');
  });

  it('stop only the one process when it does not lead a group', async () => {
    const identity = await processes.start(service('sleep 100 & wait; sleep 100', 'i8'));
    const found = () => processes.findMarked((mark) => mark === 'i8');
    await eventually('both run', async () => (await found()).some(({ argv }) => argv[0] === 'sleep'));
    const child = (await found()).find(({ argv }) => argv[0] === 'sleep');
    if (child === undefined) throw new Error('the child is not found');
    await processes.stop(child, { graceMs: 5000 });
    expect(await processes.isAlive(identity)).toBe(true);
    await processes.stop(identity, { graceMs: 5000 });
  });

  it('say why a program cannot be started when its folder is not there', async () => {
    const fault = await faultOf(
      processes.run({ program: '/bin/true', args: [], env: {}, cwd: '/absent/folder', timeoutMs: 1000 }),
    );
    expect(fault.message).toContain('/absent/folder does not exist');
  });

  it('keep a service from writing into a folder that is bound read-only', async ({ skip }) => {
    if (!(await processes.canBindReadOnly())) skip('this machine allows no bind mounts');
    const script = '(echo x > bound/file); (echo x > free-file); exec sleep 100';
    await processes.run({ program: '/bin/mkdir', args: ['-p', 'bound'], env: {}, cwd: folder, timeoutMs: 5000 });
    const identity = await processes.start({ ...service(script, 'i9'), readOnly: [join(folder, 'bound')] });
    const log = () => readFileSync(join(folder, 'i9.log'), 'utf8');
    await eventually(
      'it tried',
      async () => (await processes.findMarked((mark) => mark === 'i9'))[0]?.argv[0] === 'sleep',
    );
    expect(log()).toContain('Read-only file system');
    expect(readFileSync(join(folder, 'free-file'), 'utf8')).toBe('x\n');
    expect(() => readFileSync(join(folder, 'bound', 'file'))).toThrow('ENOENT');
    expect(await processes.isAlive(identity)).toBe(true);
    await processes.stop(identity, { graceMs: 5000 });
  });
});
