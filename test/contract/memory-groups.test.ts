import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { createSystemClock } from '../../src/adapters/clock/system-clock.ts';
import { createInProcessSpawner } from '../../src/adapters/process/in-process-spawner.ts';
import { createMemoryGroups, type MemoryGroups } from '../../src/adapters/process/memory-groups.ts';
import { createProcesses } from '../../src/adapters/process/processes.ts';
import { eventually } from './support/eventually.ts';
import { faultOf } from './support/fault-of.ts';
import { tempFolder } from './support/temp-folder.ts';

const root = tempFolder();
const clock = createSystemClock();
const spawner = createInProcessSpawner();
afterAll(() => spawner.close());

/** A folder that looks as the kernel's does: our own group, and what is handed on below the one above it. */
async function folders(name: string, controllers: string) {
  const mount = join(root, name);
  await mkdir(join(mount, 'app.slice/serve.service'), { recursive: true });
  await writeFile(join(mount, 'app.slice/cgroup.subtree_control'), controllers);
  await writeFile(join(mount, 'app.slice/serve.service/cgroup.subtree_control'), '');
  return {
    groups: createMemoryGroups(spawner, { mount, own: '/app.slice/serve.service' }),
    parent: join(mount, 'app.slice'),
  };
}

async function sleeping(groups: MemoryGroups, more: { memoryMaxBytes?: number }) {
  const processes = createProcesses({ spawner, clock, groups });
  const started = await processes.start({
    ...{ program: '/bin/sleep', args: ['100'], cwd: root, env: {}, logPath: join(root, 'log') },
    ...{ mark: 'demo/i4', ...more },
  });
  return { processes, started };
}

describe('the memory of a service', () => {
  it('is capped by a group of its own beside ours, which its process enters under the pid that is known', async () => {
    const { groups, parent } = await folders('delegated', 'cpu memory pids\n');
    expect(await groups.probe()).toEqual({ kind: 'possible' });
    const { processes, started } = await sleeping(groups, { memoryMaxBytes: 2 ** 30 });
    const group = join(parent, 'orchestrate-demo-i4');
    const members = (): string =>
      existsSync(join(group, 'cgroup.procs')) ? readFileSync(join(group, 'cgroup.procs'), 'utf8').trim() : '';
    await eventually('it is in its group', () => members() !== '');
    expect(readFileSync(join(group, 'cgroup.procs'), 'utf8').trim()).toBe(String(started.pid));
    expect(readFileSync(join(group, 'memory.max'), 'utf8')).toBe(String(2 ** 30));
    expect(readFileSync(join(group, 'memory.swap.max'), 'utf8')).toBe('0');
    await eventually('it is the service', async () => {
      const [found] = await processes.findMarked((mark) => mark === 'demo/i4');
      return found?.argv[0] === '/bin/sleep' && found.pid === started.pid;
    });
    await processes.stop(started, { graceMs: 1_000 });
  });

  it('is not touched where no cap is asked for (the control)', async () => {
    const { groups, parent } = await folders('unasked', 'memory\n');
    const { processes, started } = await sleeping(groups, {});
    expect(() => readFileSync(join(parent, 'orchestrate-demo-i4/memory.max'))).toThrow('ENOENT');
    await processes.stop(started, { graceMs: 1_000 });
  });

  it('is not started without its group, and what is possible is found out anew then', async () => {
    const { groups, parent } = await folders('taken', 'memory\n');
    expect(await groups.probe()).toEqual({ kind: 'possible' });
    await writeFile(join(parent, 'orchestrate-demo-i4'), 'no folder');
    expect((await faultOf(sleeping(groups, { memoryMaxBytes: 2 ** 30 }))).toRecord()).toMatchObject({
      code: 'PROCESS_FAILED',
      message: expect.stringContaining('orchestrate-demo-i4 cannot be written (EEXIST)') as string,
      state: 'It was not started.',
    });
    await writeFile(join(parent, 'cgroup.subtree_control'), '');
    expect(await groups.probe()).toMatchObject({ kind: 'none' });
    await writeFile(join(parent, 'cgroup.subtree_control'), 'memory\n');
    expect(await groups.probe()).toEqual({ kind: 'possible' });
  });

  it('has no cap where the memory controller is not handed on, and that is said', async () => {
    const { groups } = await folders('kept', 'cpu pids\n');
    expect(await groups.probe()).toEqual({
      kind: 'none',
      why: 'the memory controller is not handed to /app.slice/serve.service',
    });
  });
});

const real = createMemoryGroups(spawner);
const cap = await real.probe();
const why = cap.kind === 'none' ? ` (not tried: ${cap.why})` : '';

it.runIf(cap.kind === 'possible')(`the kernel says that a real service is in its group${why}`, async () => {
  const { processes, started } = await sleeping(real, { memoryMaxBytes: 2 ** 28 });
  const groupOf = (): string => readFileSync(`/proc/${started.pid}/cgroup`, 'utf8');
  await eventually('the kernel has it there', () => groupOf().includes('orchestrate-'));
  expect(groupOf()).toContain('orchestrate-demo-i4');
  await processes.stop(started, { graceMs: 1_000 });
});
