import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { isAlive, processesOf, signal, textOf, until } from '../../support/fault-processes.ts';
import type { CommandResult } from '../../support/fault-program.ts';
import {
  endStranger,
  expectDone,
  expectFault,
  faultCode,
  startStranger,
  untilRow,
  upgrade,
  upgradeUntil,
} from '../../support/fault-steps.ts';
import type { FaultCase } from '../../support/fault-suite.ts';
import { type FaultWorld, inMutant } from '../../support/fault-world.ts';

/** Kills every program of an attempt as it comes, from the moment that its task is at work until the command ends. */
async function killPrograms(world: FaultWorld, task: string): Promise<CommandResult> {
  const command = await upgradeUntil(world, task, 'executing');
  let isOver = false;
  const done = command.done.finally(() => (isOver = true));
  const isOfTask = ({ environ }: { environ: string }): boolean => environ.includes(`/${task}#`);
  while (!isOver) {
    for (const { pid } of processesOf(world.base).filter(isOfTask)) signal(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return done;
}

const deathNotNoticed = {
  file: 'engine/tasks/death.ts',
  find: 'signal.aborted || death === undefined) return error;',
  replace: 'signal.aborted || death === undefined || true) return error;',
} as const;

const lockIsKept = {
  file: 'adapters/git/slot-link.ts',
  find: "new Set(['gitdir', 'commondir', 'HEAD', 'index', 'logs', 'locked'])",
  replace: "new Set(['gitdir', 'commondir', 'HEAD', 'index', 'logs', 'locked', 'index.lock'])",
} as const;

const slot = 'trees/env-setup';
const slotLock = (world: FaultWorld): string => join(world.home, '.git/worktrees/env-setup/index.lock');

/** An agent's git is killed in the middle of its commit, in the slot of a run that is then called off; the next run gets the slot. */
async function commitKilledInSlot(world: FaultWorld): Promise<{ wasLocked: boolean; refused: string | undefined }> {
  await world.run([...upgrade, '--until', 'lock']);
  // A commit of everything holds the lock while its editor is open.
  const git = spawn('git', ['-c', 'core.editor=sleep 600 #', 'commit', '--all'], {
    cwd: join(world.home, slot),
    env: {
      ...world.env,
      GIT_AUTHOR_NAME: 'a',
      GIT_AUTHOR_EMAIL: 'a@b',
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a@b',
    },
    stdio: 'ignore',
    detached: true,
  });
  await until('the lock of the commit', () => fs.existsSync(slotLock(world)), 20_000);
  process.kill(-(git.pid ?? 0), 'SIGKILL');
  await once(git, 'exit');
  const wasLocked = fs.existsSync(slotLock(world));
  await world.ok(['runs', 'cancel', 'r1', '--json']);
  await world.run([...upgrade, '--until', 'lock']);
  let refused: string | undefined;
  try {
    world.git(['add', '--all'], join(world.home, slot));
  } catch (error) {
    refused = String(error);
  }
  return { wasLocked, refused };
}

/** Rows of a supervisor that was overtaken count like any other. */
export const oldEpochMayWrite = {
  file: 'adapters/sqlite/journal-writer.ts',
  find: 'if (job.epoch !== this.#meta.epoch) return refuseEpoch(job.epoch, this.#meta.epoch);',
  replace: 'if (job.epoch > this.#meta.epoch) return refuseEpoch(job.epoch, this.#meta.epoch);',
} as const;

/** The supervisor is stopped in the middle of a build, another one takes over and finishes, then the first one wakes up. */
async function stoppedAndOvertaken(world: FaultWorld): Promise<{ lateRows: number; wasRefused: boolean }> {
  const command = await upgradeUntil(world, 'r1.build', 'executing');
  const old = world.supervisorPid();
  const epoch = world.rows('supervisor.started').at(-1)?.epoch ?? 0;
  signal(old, 'SIGSTOP');
  const planned = await world.run(['failover', '--json']);
  expect(planned.json, planned.err).toMatchObject({ state: 'planned', supervisor: { pid: old, epoch } });
  expect(world.rows('supervisor.started'), 'showing it does nothing').toHaveLength(1);
  await world.ok(['failover', '--yes', '--json']);
  expectDone(await command.done);
  signal(old, 'SIGCONT');
  const ended = await until('the old supervisor to end', () => !isAlive(old), 30_000).then(
    () => true,
    () => false,
  );
  if (!ended) signal(old, 'SIGKILL');
  const took = world.rows('supervisor.started').at(-1)?.seq ?? 0;
  const lateRows = world.journal().filter((one) => one.epoch === epoch && one.seq > took).length;
  return { lateRows, wasRefused: ended };
}

const oneTry = {
  file: 'engine/instances/ensure.ts',
  find: 'const maxPorts = 3;',
  replace: 'const maxPorts = 1;',
} as const;

/** Another program binds the port of a run between its lease and the start of its service. */
async function portLost(world: FaultWorld): Promise<{ result: CommandResult; port: number }> {
  const command = world.start(upgrade);
  await untilRow(world, 'lease.taken', { run: 'r1' });
  const port = Number(world.rows('lease.taken')[0]?.data['port']);
  const stranger = await startStranger(port);
  try {
    const result = await command.done;
    expect(isAlive(stranger.pid ?? 0), 'the stranger is left alone').toBe(true);
    return { result, port };
  } finally {
    await endStranger(stranger);
  }
}

export const scaleCases: readonly FaultCase[] = [
  {
    id: 'F31-lost',
    title:
      'another program binds the port between lease and start: the run gets another one, says so, and goes through',
    control: () =>
      inMutant([oneTry], async (mutant) => {
        const { result } = await portLost(mutant);
        return faultCode(result) === 'PORT_TAKEN' ? 'the step fails, and the run with it' : undefined;
      }),
    noProduction: true,
    fault: async (world) => {
      const { result, port } = await portLost(world);
      expectDone(result);
      const second = world.rows('lease.taken')[1]?.data;
      expect(second?.['skipped']).toContainEqual({ port, why: 'bound by another program before the service could' });
      expect(second?.['port']).not.toBe(port);
    },
  },
  {
    id: 'F09',
    title: 'an agent is killed in the middle of a commit in its slot: the next run gets the slot, and git works there',
    control: () =>
      inMutant([lockIsKept], async (mutant) => {
        const { wasLocked, refused } = await commitKilledInSlot(mutant);
        return wasLocked && refused?.includes('File exists') === true
          ? 'git refuses in the slot of the next run'
          : undefined;
      }),
    noProduction: true,
    fault: async (world) => {
      expect(await commitKilledInSlot(world)).toEqual({ wasLocked: true, refused: undefined });
      // Nothing is deleted: what the dead git left is in trash.
      const trashed = fs.readdirSync(join(world.home, '.orchestrate/trash'), { recursive: true, encoding: 'utf8' });
      expect(trashed.filter((path) => path.includes('index.lock'))).not.toEqual([]);
      expectDone(await world.run(['runs', 'resume', 'r2', '--json']));
    },
  },
  {
    id: 'F22',
    title:
      'the supervisor is stopped (SIGSTOP) and overtaken: the run is finished by the next one, and rows of the old epoch are refused when it wakes up',
    control: () =>
      inMutant([oldEpochMayWrite], async (mutant) => {
        const { lateRows } = await stoppedAndOvertaken(mutant);
        return lateRows > 0 ? `two supervisors write one journal: ${lateRows} rows of the old epoch` : undefined;
      }),
    fault: async (world) => {
      expect(await stoppedAndOvertaken(world)).toEqual({ lateRows: 0, wasRefused: true });
      expect((await world.ok(['journal', 'verify', '--json'])).json).toMatchObject({ ok: true });
    },
  },
  {
    id: 'X-dead-agent',
    title:
      'kill -9 of every program of a step: its files are kept, and failover lets the run go on with them in another slot',
    control: () =>
      inMutant([deathNotNoticed], async (mutant) => {
        const result = await killPrograms(mutant, 'r1.imports');
        await untilRow(mutant, 'run.closed', { run: 'r1' });
        return result.exitStatus !== 0 && mutant.rows('attempt.preserved').length === 0
          ? 'the run ends, nothing of its slot is kept, and all of it is to be done again'
          : undefined;
      }),
    fault: async (world) => {
      expectFault(await killPrograms(world, 'r1.imports'), 'ATTEMPT_DIED', 7);
      const kept = world.rows('attempt.preserved').at(-1)?.data;
      expect(kept).toMatchObject({ slot: 'env-setup', ref: 'refs/orchestrate/edits/r1.imports#1' });
      const planned = await world.run(['failover', 'r1', '--json']);
      expect(planned.exitStatus, 'it asks first').toBe(7);
      expect(planned.json).toMatchObject({ state: 'planned', runs: [{ run: 'r1', isDead: true, to: 'env-setup@2' }] });
      expect(world.rows('run.failedOver'), 'showing it does nothing').toEqual([]);
      const done = await world.ok(['failover', 'r1', '--yes', '--json']);
      expect(done.json).toMatchObject({ state: 'done', moved: { run: 'r1', to: { slot: 'env-setup@2' } } });
      await untilRow(world, 'run.closed', { run: 'r1', state: 'done' });
      // What the first steps wrote came along: only the dead step and what follows it was done again.
      const steps = world.rows('step.reported').map(({ data }) => textOf(data['attempt']));
      expect(steps.filter((attempt) => attempt.startsWith('r1.lock'))).toEqual(['r1.lock#1']);
      expect(steps).toContain('r1.imports#2');
      const lock = fs.readFileSync(join(world.home, 'requirements.lock'), 'utf8');
      expect(world.git(['show', 'HEAD:requirements.lock'])).toBe(lock.trimEnd());
    },
  },
];
