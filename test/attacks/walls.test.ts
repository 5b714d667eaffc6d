import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import { createInProcessSpawner } from '../../src/adapters/process/in-process-spawner.ts';
import { createWalls } from '../../src/adapters/walls/walls.ts';
import { noWall, outcome, wallSpec } from '../contract/support/wall-spec.ts';

const spawner = createInProcessSpawner();
const walls = createWalls({ spawner, searchPath: ['/usr/bin', '/bin'] });
const { signal } = new AbortController();
const passed: string[] = [];
afterAll(async () => {
  await spawner.close();
  process.stdout.write(`attacks: A66 of walls, passed ${passed.length} of 3: ${passed.join(', ')}\n`);
});

type Given = NonNullable<Parameters<typeof wallSpec>[1]>;
const run = async (script: string, limits: Given['limits'] = {}, given: Given = {}) =>
  outcome(await walls.open(wallSpec(script, { ...given, limits }), { signal }));

/** How long this process is kept from doing anything else, at most, while something goes on. */
async function longestWait<T>(what: Promise<T>): Promise<{ readonly value: T; readonly waitedMs: number }> {
  let isOver = false;
  let waitedMs = 0;
  const looking = (async () => {
    while (!isOver) {
      const before = performance.now();
      await pause(20);
      waitedMs = Math.max(waitedMs, performance.now() - before);
    }
  })();
  const value = await what.finally(() => (isOver = true));
  await looking;
  return { value, waitedMs };
}

describe('A66: a program that wants all of the machine', () => {
  beforeEach(({ skip }) => {
    if (noWall !== undefined) skip(noWall);
  });

  it('forks without an end, and gets as many processes as it may have', async () => {
    const forks = 'i=0; while [ $i -lt 300 ]; do sleep 20 & i=$((i+1)); done 2>/dev/null; ls /proc | grep -c "^[0-9]"';
    const few = longestWait(run(`${forks}; kill -9 -1`, { processes: 50, wallMs: 15_000 }));
    const { value, waitedMs } = await few;
    const many = await run(`${forks}; kill -9 -1`, { processes: 400, wallMs: 15_000 });
    expect(Number(many.stdout)).toBeGreaterThan(300);
    // Where no group caps them, a look now and then ends all of it.
    if (value.limit === null) expect(Number(value.stdout || 0)).toBeLessThanOrEqual(50);
    else expect(value.limit).toBe('processes');
    expect(waitedMs).toBeLessThan(5_000);
    passed.push('processes');
  });

  it('takes 10 GB of memory, and is ended long before', async () => {
    const take = (megabytes: number): string =>
      `/run/orchestrate/node -e "const all = []; for (let n = 0; n < ${megabytes / 10}; n++) all.push(Buffer.alloc(1e7, 1)); console.log(all.length)"`;
    const greedy = await run(take(10_000), { memoryBytes: 256 * 2 ** 20 });
    expect(greedy).toMatchObject({ stdout: '', limit: 'memory' });
    const modest = await run(take(400), { memoryBytes: 1024 * 2 ** 20 });
    expect(modest).toMatchObject({ stdout: '40\n', limit: null, exitCode: 0 });
    passed.push('memory');
  });

  it('fills /tmp, HOME and shared memory, and finds them full; a log without an end is cut off', async () => {
    const fill =
      'for at in /tmp ~ /dev/shm; do head -c 60000000 /dev/zero > $at/big; stat -c %s $at/big; done; (: > /x) 2>&1; (: > /dev/x) 2>&1';
    const sizes = (text: string): readonly number[] =>
      text
        .split('\n')
        .filter((line) => /^\d+$/.test(line))
        .map(Number);
    const small = await run(fill, { temporaryBytes: 20 * 2 ** 20 });
    expect(sizes(small.stdout).reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(20 * 2 ** 20);
    expect(small.stdout.match(/Read-only file system/g)).toHaveLength(2);
    expect(sizes((await run(fill, { temporaryBytes: 400 * 2 ** 20 })).stdout)).toEqual([60e6, 60e6, 60e6]);
    const loud = await run('cat /dev/zero', { outputBytes: 2 ** 20 });
    expect(loud).toMatchObject({ limit: 'output', exitCode: null });
    // One chunk more than it may say, at most.
    expect(loud.stdout.length).toBeLessThan(2 ** 21);
    passed.push('disk');
  });
});

it('leaves no group, no folder and no placeholder behind', async () => {
  if (noWall !== undefined) return;
  const spec = wallSpec('true');
  const made = join(spec.cwd, '.mcp.json');
  const groups = (): number =>
    ['/sys/fs/cgroup/pids', '/sys/fs/cgroup/memory', '/sys/fs/cgroup']
      .filter((path) => existsSync(path) && statSync(path).isDirectory())
      .flatMap((path) => readdirSync(path))
      .filter((name) => name.startsWith(`orchestrate-wall-${process.pid}-`)).length;
  await outcome(await walls.open({ ...spec, protected: [made] }, { signal }));
  expect(existsSync(made)).toBe(false);
  expect(groups()).toBe(0);
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain('orchestrate-wall-');
});
