import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect } from 'vitest';

import { checkInvariants } from '../../support/fault-invariants.ts';
import { endProcessesOf } from '../../support/fault-processes.ts';
import { expectDone, upgrade } from '../../support/fault-steps.ts';
import type { FaultCase } from '../../support/fault-suite.ts';
import type { FaultWorld } from '../../support/fault-world.ts';

/** More steps than this are tried by a sample that has the first and the last. */
const maxKills = 8;

function fileEnv(world: FaultWorld, settings: { log?: string; flag?: string; nth?: number }): Record<string, string> {
  const under = [join(world.home, 'trees'), join(world.home, '.git/worktrees')];
  return {
    NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import ${pathToFileURL(join(import.meta.dirname, '../../support/fault-kill-at-file.mjs')).href}`,
    FAULT_FILE: JSON.stringify({ flag: join(world.base, 'file-flag'), ...settings, under }),
  };
}

/** The steps that a command takes below trees/ and .git/worktrees/, up to `last`. */
async function stepsOf(world: FaultWorld, args: readonly string[]): Promise<readonly string[]> {
  const log = join(world.base, 'file-steps');
  fs.rmSync(log, { force: true });
  await world.ok(args, { env: fileEnv(world, { log }) });
  return fs.existsSync(log) ? fs.readFileSync(log, 'utf8').split('\n').filter(Boolean) : [];
}

function sample(nSteps: number): readonly number[] {
  const all = Array.from({ length: nSteps }, (_, index) => index + 1);
  if (all.length <= maxKills) return all;
  return [
    ...new Set(Array.from({ length: maxKills }, (_, index) => 1 + Math.round((index * (nSteps - 1)) / (maxKills - 1)))),
  ];
}

/** A script that makes a work tree by itself, killed before it writes the pointer. */
function halfMade(world: FaultWorld): string | undefined {
  spawnSync(
    'sh',
    [
      '-c',
      'mkdir -p trees/half && cp *.yaml trees/half/ && kill -9 $$; echo "gitdir: ../../.git/worktrees/half" > trees/half/.git',
    ],
    { cwd: world.home },
  );
  const known = world.git(['worktree', 'list']);
  return fs.existsSync(join(world.home, 'trees/half')) && !known.includes('trees/half')
    ? 'a folder that no git knows'
    : undefined;
}

export const slotCases: readonly FaultCase[] = [
  {
    id: 'F04',
    title: 'kill -9 at each step of making a slot: the slot is whole in the end, and the run goes through by itself',
    control: halfMade,
    fault: async (world) => {
      const steps = await stepsOf(world, upgrade);
      expect(steps.length).toBeGreaterThan(3);
      for (const nth of sample(steps.length)) {
        await world.bringBack('start');
        fs.rmSync(join(world.base, 'file-flag'), { force: true });
        await world.ok(['service', 'start', '--json'], { env: fileEnv(world, { nth }) });
        const result = await world.run(upgrade, { env: fileEnv(world, { nth }) });
        expect(fs.existsSync(join(world.base, 'file-flag')), `killed before ${steps[nth - 1]}`).toBe(true);
        expectDone(result);
        expect(await checkInvariants(world), `killed before ${steps[nth - 1]}`).toEqual([]);
      }
    },
  },
  {
    id: 'F05',
    title:
      'kill -9 at each step of taking a half-made slot away: it is in the trash whole, with what a person had in it',
    control: halfMade,
    fault: async (world) => {
      await world.ok(['service', 'start', '--json']);
      expectDone(await world.run(upgrade));
      await world.ok(['service', 'stop', '--json']);
      await world.endSupervisor();
      await endProcessesOf(world.base);
      fs.rmSync(join(world.home, 'trees/env-setup/.git'));
      fs.writeFileSync(join(world.home, 'trees/env-setup/mine.txt'), 'mine');
      world.keep('half');
      const start = ['service', 'start', '--json'];
      const steps = await stepsOf(world, start);
      expect(steps.length).toBeGreaterThan(0);
      for (const nth of sample(steps.length)) {
        await world.bringBack('half');
        fs.rmSync(join(world.base, 'file-flag'), { force: true });
        await world.ok(start, { env: fileEnv(world, { nth }) });
        expect(fs.existsSync(join(world.base, 'file-flag')), `killed before ${steps[nth - 1]}`).toBe(true);
        expect(await checkInvariants(world), `killed before ${steps[nth - 1]}`).toEqual([]);
        const kept = fs.globSync('.orchestrate/trash/**/mine.txt', { cwd: world.home });
        expect(kept, `killed before ${steps[nth - 1]}`).toHaveLength(1);
      }
    },
  },
];
