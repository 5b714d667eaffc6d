import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { until } from '../../support/fault-processes.ts';
import { endStranger, expectDone, expectFault, faultCode, upgrade, upgradeUntil } from '../../support/fault-steps.ts';
import type { FaultCase } from '../../support/fault-suite.ts';
import type { FaultWorld } from '../../support/fault-world.ts';

const locksOf = (world: FaultWorld): readonly string[] => [
  ...['index.lock', 'config.lock', 'packed-refs.lock', 'refs/heads/main.lock', 'HEAD.lock'].map((name) =>
    join(world.home, '.git', name),
  ),
  ...['packed-refs.lock', 'refs/orchestrate/branch.lock', 'config.lock'].map((name) => join(world.store, name)),
];

function plantLocks(world: FaultWorld): void {
  const past = Date.now() / 1000 - 60;
  for (const lock of locksOf(world)) {
    fs.mkdirSync(join(lock, '..'), { recursive: true });
    fs.writeFileSync(lock, '');
    fs.utimesSync(lock, past, past);
  }
}

/** A folder with links to the programs of the real search path, all but git; `script` takes git's place. */
function pathWithout(world: FaultWorld, script: string | undefined): string {
  const dir = join(world.live, 'bin');
  fs.mkdirSync(dir, { recursive: true });
  for (const folder of (world.env['PATH'] ?? '').split(':').toReversed()) {
    for (const name of fs.existsSync(folder) ? fs.readdirSync(folder) : []) {
      if (name === 'git' || name.startsWith('git-')) continue;
      fs.rmSync(join(dir, name), { force: true });
      fs.symlinkSync(join(folder, name), join(dir, name));
    }
  }
  if (script !== undefined) fs.writeFileSync(join(dir, 'git'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return dir;
}

function gitPath(world: FaultWorld): string {
  const folder = (world.env['PATH'] ?? '').split(':').find((one) => fs.existsSync(join(one, 'git')));
  return join(folder ?? '/usr/bin', 'git');
}

/** What a script does that runs git and never looks at how it ended. */
async function naive(world: FaultWorld, path: string): Promise<boolean> {
  const child = spawn('/bin/sh', ['-c', 'git rev-parse HEAD >/dev/null 2>&1; echo merged'], {
    cwd: world.home,
    env: { ...world.env, PATH: path },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const ended = await Promise.race([once(child, 'close'), new Promise((resolve) => setTimeout(resolve, 3_000))]);
  if (ended === undefined) child.kill('SIGKILL');
  return ended === undefined || out === 'merged\n';
}

const pathFaults: readonly FaultCase[] = (
  [
    ['F35-missing', 'missing from the search path', undefined, 'GIT_MISSING', /git is not on the PATH/],
    ['F35-old', 'too old', 'echo git version 2.20.1', 'GIT_TOO_OLD', /older than 2\.39/],
  ] as const
).map(([id, how, script, code, doctor]) => ({
  id,
  title: `git is ${how}: doctor says what to do, a run refuses and nothing is changed`,
  control: async (world) =>
    (await naive(world, pathWithout(world, script))) ? 'a script says "merged" without git' : undefined,
  noProduction: true,
  fault: async (world) => {
    const PATH = pathWithout(world, script);
    const head = world.git(['rev-parse', 'HEAD']);
    const told = await world.run(['doctor', '--json'], { env: { PATH } });
    expect(told.exitStatus).not.toBe(0);
    expect(told.out).toMatch(doctor);
    const refused = await world.run(upgrade, { env: { PATH } });
    expect(refused.exitStatus).not.toBe(0);
    expect(faultCode(refused), `${refused.err}\n${refused.out}`).toBe(code);
    expect(world.git(['rev-parse', 'HEAD'])).toBe(head);
    await world.endSupervisor();
    // What was asked for without a git was kept, and is done now: two runs that begin together, for one upgrade.
    const again = await world.run(upgrade);
    if (again.exitStatus !== 0) expectFault(again, 'NOTHING_TO_DO');
    await until(
      'all runs to be closed',
      () => world.rows('run.closed').length === world.rows('run.created').length,
      60_000,
      50,
    );
    expect(world.rows('run.closed').map((one) => one.data['state'])).toContain('done');
  },
}));

export const gitCases: readonly FaultCase[] = [
  {
    id: 'F15',
    title: 'locks of a dead git in home and store are cleared at the start, and the run goes through',
    control: (world) => {
      plantLocks(world);
      try {
        world.git(['commit', '--allow-empty', '-m', 'x']);
        return undefined;
      } catch (error) {
        return String(error).includes('File exists') ? 'git refuses because of the lock' : undefined;
      }
    },
    fault: async (world) => {
      plantLocks(world);
      await world.ok(['service', 'start', '--json']);
      expect(locksOf(world).filter((lock) => fs.existsSync(lock))).toEqual([]);
      expectDone(await world.run(upgrade));
    },
  },
  {
    id: 'F15-live',
    title: 'the lock of a git that lives is left alone, and the merge waits for it or says so',
    control: (world) => {
      plantLocks(world);
      fs.rmSync(join(world.home, '.git/index.lock'));
      return fs.existsSync(join(world.home, '.git/index.lock')) ? undefined : 'rm takes the lock of a living git';
    },
    fault: async (world) => {
      const lock = join(world.home, '.git/index.lock');
      const owner = spawn('/bin/sh', ['-c', `exec 9>"${lock}"; sleep 600`], { stdio: 'ignore' });
      await until('the lock', () => fs.existsSync(lock));
      const past = Date.now() / 1000 - 60;
      fs.utimesSync(lock, past, past);
      try {
        await world.ok(['service', 'start', '--json']);
        expect(fs.existsSync(lock), 'the lock of the living owner').toBe(true);
        const result = await world.run(upgrade);
        expectDone(result);
        expect(fs.existsSync(lock), 'the lock of the living owner').toBe(true);
        expect(world.rows('home.applied').at(-1)?.data['indexRefreshed']).toBe(false);
      } finally {
        await endStranger(owner);
        fs.rmSync(lock, { force: true });
      }
    },
  },
  ...pathFaults,
  {
    id: 'F35-hung',
    title: 'git hangs: it is stopped in time, the command says so and nothing is changed',
    control: async (world) =>
      (await naive(world, pathWithout(world, 'sleep 600'))) ? 'a script waits for ever' : undefined,
    noProduction: true,
    fault: async (world) => {
      const PATH = pathWithout(world, 'exec sleep 600');
      const head = world.git(['rev-parse', 'HEAD']);
      const result = await world.run(upgrade, { env: { PATH } });
      expect(result.exitStatus).not.toBe(0);
      expect(faultCode(result), `${result.err}\n${result.out}`).toBe('GIT_TIMEOUT');
      expect(result.durationMs).toBeLessThan(120_000);
      expect(world.git(['rev-parse', 'HEAD'])).toBe(head);
      await world.endSupervisor();
      await until(
        'the hung git to be gone',
        () =>
          !fs
            .readdirSync('/proc')
            .some((pid) => /^\d+$/.test(pid) && readQuietly(`/proc/${pid}/cmdline`).includes(`${PATH}/git`)),
      );
      expectDone(await world.run(upgrade));
    },
  },
  {
    id: 'X-git-gone',
    title: 'git goes away in the middle of a run and comes back: the branch is whole and the next run goes through',
    control: async (world) =>
      (await naive(world, pathWithout(world, undefined))) ? 'a script says "merged" without git' : undefined,
    fault: async (world) => {
      const PATH = pathWithout(world, undefined);
      fs.symlinkSync(gitPath(world), join(PATH, 'git'));
      const env = world.env;
      world.env = { ...env, PATH };
      try {
        const command = await upgradeUntil(world, 'r1.lock', 'executing');
        fs.rmSync(join(PATH, 'git'));
        // What runs is ended too, so that everything has to be started anew.
        for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
          if (readQuietly(`/proc/${pid}/environ`).includes(`GIT_DIR=${world.live}/`))
            process.kill(Number(pid), 'SIGKILL');
        }
        const result = await command.done;
        expect(result.exitStatus, result.err).not.toBe(0);
        expectFault(result, 'GIT_MISSING');
        fs.symlinkSync(gitPath({ ...world, env } as FaultWorld), join(PATH, 'git'));
        expectDone(await world.run(upgrade));
      } finally {
        world.env = env;
      }
    },
  },
];

function readQuietly(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
