import { expect } from 'vitest';

import {
  allProcesses,
  isAlive,
  processesOf,
  type SeenProcess,
  signal,
  until,
  textOf,
} from '../../support/fault-processes.ts';
import { expectDone, expectFault, upgrade, upgradeUntil, untilRow } from '../../support/fault-steps.ts';
import type { FaultCase } from '../../support/fault-suite.ts';
import { FaultWorld } from '../../support/fault-world.ts';

/** Ends the supervisor in the middle of the build and tells how long that took and what it wrote. */
async function endInTheMiddle(
  world: FaultWorld,
  signals: readonly NodeJS.Signals[],
): Promise<{ endMs: number; stopped: boolean; done: boolean }> {
  const command = await upgradeUntil(world, 'r1.build', 'executing');
  const pid = world.supervisorPid();
  const startedMs = performance.now();
  for (const name of signals) signal(pid, name);
  await until('the supervisor to end', () => !isAlive(pid), 30_000);
  const endMs = performance.now() - startedMs;
  const epoch = world.rows('supervisor.started')[0]?.epoch;
  const result = await command.done;
  const stopped = world.rows('supervisor.stopped').some((one) => one.epoch === epoch);
  expectDone(result);
  return { endMs, stopped, done: true };
}

const endings: readonly FaultCase[] = (
  [
    ['F11-term', ['SIGTERM']],
    ['F11-int', ['SIGINT']],
    ['F11-hup', ['SIGHUP']],
    ['F11-double', ['SIGTERM', 'SIGTERM']],
  ] as const
).map(([id, signals]) => ({
  id,
  title: `a supervisor that gets ${signals.join(' and ')} in the middle of a build ends within 10 s with a last row, and the run goes on`,
  // A signal that nobody handles: the record does not say that it ended.
  control: async (world) => ((await endInTheMiddle(world, ['SIGKILL'])).stopped ? undefined : 'no last row'),
  fault: async (world) => {
    const { endMs, stopped } = await endInTheMiddle(world, signals);
    expect(endMs).toBeLessThan(10_000);
    if (signals.length === 1) expect(stopped, 'supervisor.stopped is on record').toBe(true);
  },
}));

const withoutLock = {
  file: 'adapters/sqlite/supervisor-lock.ts',
  find: 'if (isBusy(error)) return false;',
  replace: 'if (isBusy(error)) return true;',
} as const;

async function secondBeside(
  world: FaultWorld,
): Promise<{ firstLives: boolean; exitStatus: number | null; err: string }> {
  await world.ok(['service', 'start', '--json']);
  const first = world.supervisorPid();
  const second = world.start(['supervise', world.home]);
  const ended = await Promise.race([
    second.done,
    untilRow(world, 'supervisor.started', { pid: second.pid }).then(
      () => undefined,
      () => undefined,
    ),
  ]);
  // The first notices with its next row at the latest.
  const run = ended === undefined ? await world.run(upgrade) : undefined;
  const firstLives = isAlive(first);
  signal(second.pid, 'SIGKILL');
  return { firstLives, exitStatus: ended?.exitStatus ?? null, err: ended?.err ?? run?.err ?? '' };
}

export const supervisorCases: readonly FaultCase[] = [
  ...endings,
  {
    id: 'F12',
    title: 'a second supervisor refuses; the first goes on as if nothing were',
    control: async () => {
      const mutant = await FaultWorld.create({ mutations: [withoutLock] });
      try {
        const { exitStatus, firstLives } = await secondBeside(mutant);
        return exitStatus === null || !firstLives ? 'two supervisors at once' : undefined;
      } finally {
        await mutant.remove();
      }
    },
    fault: async (world) => {
      const { firstLives, exitStatus, err } = await secondBeside(world);
      expect({ firstLives, refused: exitStatus !== 0 && exitStatus !== null }, err).toEqual({
        firstLives: true,
        refused: true,
      });
      expect(world.rows('supervisor.started')).toHaveLength(1);
      expectDone(await world.run(upgrade));
    },
  },
  {
    id: 'X-second-run',
    title:
      'a second run at the same time works beside the first and merges after it, or says that nothing is left to do',
    // Two programs that move the branch without comparing: one of the two is lost.
    control: (world) => {
      const base = world.git(['rev-parse', 'HEAD']);
      const commit = (text: string): string => world.git(['commit-tree', '-p', base, '-m', text, 'HEAD^{tree}']);
      const [one, two] = [commit('one'), commit('two')];
      world.git(['update-ref', 'refs/heads/main', one]);
      world.git(['update-ref', 'refs/heads/main', two]);
      return world.git(['rev-list', 'HEAD']).includes(one) ? undefined : 'one of two commits is lost';
    },
    fault: async (world) => {
      await world.ok(['service', 'start', '--json']);
      const first = world.start(upgrade);
      await untilRow(world, 'run.created', { run: 'r1' });
      const second = world.start(upgrade);
      const [one, two] = await Promise.all([first.done, second.done]);
      // Whose turn comes when the other has merged finds nothing left to do, and says so.
      const ended = [one, two].toSorted((a, b) => Number(a.exitStatus) - Number(b.exitStatus));
      const [winner, other] = ended as [typeof one, typeof two];
      expectDone(winner);
      if (other.exitStatus !== 0) expectFault(other, 'NOTHING_TO_DO');
      await untilRow(world, 'run.closed', { run: 'r2' });
    },
  },
];

interface ChildKill {
  readonly id: string;
  readonly what: string;
  readonly subject: string;
  readonly to: string;
  readonly find: (one: SeenProcess) => boolean;
  /** How the run ends. */
  readonly ends: 'done' | 'failed' | 'rolledBack';
}

const isService =
  (instance: string) =>
  (one: SeenProcess): boolean =>
    one.environ.includes(`/${instance}\0`) && one.argv.some((part) => part.endsWith('main.py'));
const isGit =
  (verb: string) =>
  (one: SeenProcess): boolean =>
    one.argv[0]?.endsWith('git') === true && one.argv.includes(verb);

const childKills: readonly ChildKill[] = [
  {
    id: 'K-helper-build',
    what: 'the process that starts programs, in the build',
    subject: 'r1.build',
    to: 'executing',
    find: (one) => one.argv.some((part) => part.endsWith('spawn.helper.cjs')),
    ends: 'done',
  },
  {
    id: 'K-helper-merge',
    what: 'the process that starts programs, before the merge',
    subject: 'c1',
    to: 'approved',
    find: (one) => one.argv.some((part) => part.endsWith('spawn.helper.cjs')),
    ends: 'done',
  },
  {
    id: 'K-git-read',
    what: 'the git that reads objects',
    subject: 'r1.lock',
    to: 'executing',
    find: isGit('cat-file'),
    ends: 'done',
  },
  {
    id: 'F02-git-refs',
    what: 'the git that moves refs, before the merge',
    subject: 'c1',
    to: 'reviewing.asking',
    find: isGit('update-ref'),
    ends: 'done',
  },
  {
    id: 'K-pip',
    what: 'pip in the build',
    subject: 'r1.build',
    to: 'executing',
    find: (one) => one.argv.some((part) => part.endsWith('/pip')) && one.argv.includes('install'),
    ends: 'done',
  },
  {
    id: 'F10-boot',
    what: 'the instance under test while it boots',
    subject: 'i3',
    to: 'starting',
    find: isService('i3'),
    ends: 'failed',
  },
  {
    id: 'F10-smoke',
    what: 'the instance under test while it works',
    subject: 'r1.smoke',
    to: 'executing',
    find: isService('i3'),
    ends: 'failed',
  },
  {
    id: 'K-production-new',
    what: 'the new production while it starts',
    subject: 'i4',
    to: 'starting',
    find: isService('i4'),
    ends: 'rolledBack',
  },
  {
    id: 'K-production-old',
    what: 'the old production while it is stopped',
    subject: 'r1',
    to: 'verifying',
    find: isService('i1'),
    ends: 'done',
  },
  {
    id: 'K-command-line',
    what: 'the command line',
    subject: 'r1.build',
    to: 'executing',
    find: (one) => one.argv.includes('upgrade pytorch'),
    ends: 'done',
  },
];

async function killChild(world: FaultWorld, { subject, to, find, id }: ChildKill): Promise<string> {
  const command = await upgradeUntil(world, subject, to);
  const victims = await until(
    `a process for ${id}`,
    () => {
      const found = processesOf(world.base).filter(find);
      return found.length > 0 && found;
    },
    15_000,
    2,
  );
  for (const { pid } of victims) signal(pid, 'SIGKILL');
  await command.done;
  await untilRow(world, 'run.closed', { run: 'r1' });
  return textOf(world.rows('run.closed').at(-1)?.data['state']);
}

export const childCases: readonly FaultCase[] = childKills.map((kill) => ({
  id: kill.id,
  title: `kill -9 of ${kill.what}: the run ends ${kill.ends}`,
  // Whoever starts a program by a shell line and goes on gets a kill as an answer like any other.
  control: async (world) => {
    const { spawnSync } = await import('node:child_process');
    const { signal: how, stdout } = spawnSync('sh', ['-c', 'echo half; kill -9 $$; echo whole'], {
      cwd: world.live,
      encoding: 'utf8',
    });
    return how === 'SIGKILL' && stdout === 'half\n' ? 'half of the work, and nobody says so' : undefined;
  },
  fault: async (world) => {
    expect(await killChild(world, kill)).toBe(kill.ends);
    expect(
      allProcesses().some(
        (one) => isGit('update-ref')(one) && one.environ.includes(`${world.base}/`) && one.parent === 1,
      ),
    ).toBe(false);
    if (kill.ends === 'done') return;
    // It can be tried again at once.
    expectDone(await world.run(upgrade));
  },
}));
