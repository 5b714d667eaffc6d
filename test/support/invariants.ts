import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { ownProcesses } from '../../demo/run/processes.ts';
import { readGit } from './controls.ts';
import { orchestrate, at, listAt } from './program.ts';
import type { World } from './world.ts';

/** A supervisor ends this long after the last thing it had to do, and a bit. */
const GRACE_MS = 8_000;

/** Returns the commit of home's branch, read without obeying home. */
export function branchOf(world: World): string {
  return readGit(world.gitDir, ['rev-parse', 'refs/heads/main']);
}

/**
 * Returns what of the promises is broken after a case; ends what the case left open first. I1: the branch is whole,
 * from its own objects; I2: every merge has a restore point at it and before it; I4: nothing is left running, no slot
 * beside the ones there were; I6: the journal's chain holds.
 */
export async function checkInvariants(world: World): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const run of listAt((await orchestrate(world, ['runs', 'list'])).json, 'runs')) {
    if (at(run, 'isFinal') === false) await orchestrate(world, ['runs', 'cancel', String(at(run, 'run'))]);
  }
  await orchestrate(world, ['supervisor', 'stop']);
  broken.push(...wholeHistory(world), ...mergesWithoutPoint(world));
  const verified = await orchestrate(world, ['journal', 'verify']);
  if (at(verified.json, 'ok') !== true) broken.push(`I6: journal verify says ${verified.stdout || verified.stderr}`);
  broken.push(...(await leftovers(world)));
  return broken;
}

/** Home's branch and the store, each from nothing but its own objects and refs. */
function wholeHistory(world: World): readonly string[] {
  const broken: string[] = [];
  for (const [name, gitDir] of [
    ['home', world.gitDir],
    ['store', world.store],
  ] as const) {
    const copy = join(world.folder, `fsck-${name}.git`);
    try {
      bareCopy(gitDir, copy);
      readGit(copy, ['fsck', '--connectivity-only', '--no-dangling']);
    } catch (error) {
      broken.push(`I1: ${name} is not whole: ${String((error as { stderr?: unknown }).stderr ?? error)}`);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  }
  return broken;
}

/** Copies objects, refs and HEAD, and nothing that could borrow, replace or configure. */
export function bareCopy(gitDir: string, to: string): void {
  mkdirSync(join(to, 'objects'), { recursive: true });
  for (const name of readdirSync(join(gitDir, 'objects'))) {
    if (name !== 'info') cpSync(join(gitDir, 'objects', name), join(to, 'objects', name), { recursive: true });
  }
  cpSync(join(gitDir, 'refs'), join(to, 'refs'), { recursive: true });
  rmSync(join(to, 'refs', 'replace'), { recursive: true, force: true });
  for (const name of ['HEAD', 'packed-refs'])
    if (existsSync(join(gitDir, name))) cpSync(join(gitDir, name), join(to, name));
  writeFileSync(join(to, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = true\n');
}

function mergesWithoutPoint(world: World): readonly string[] {
  const broken: string[] = [];
  const tags = new Set(
    readGit(world.gitDir, ['for-each-ref', '--format=%(*objectname)', 'refs/tags/restore/']).split('\n'),
  );
  for (const line of readGit(world.gitDir, [
    'log',
    '--first-parent',
    '--format=%H%x09%an%x09%P',
    'refs/heads/main',
  ]).split('\n')) {
    const [commit = '', author = '', parents = ''] = line.split('\t');
    if (author !== 'orchestrate' || parents === '') continue;
    const [first = '', ...others] = parents.split(' ');
    if (others.length > 0) broken.push(`I2: ${commit} has ${others.length + 1} parents`);
    if (!tags.has(commit)) broken.push(`I2: no restore point at ${commit}`);
    if (!tags.has(first)) broken.push(`I2: no restore point at ${first}, before ${commit}`);
  }
  return broken;
}

/** The first slot of a tree stays, and is used again. */
const standing: ReadonlySet<string> = new Set(['env-setup', 'models-integ', 'ops-maint']);

async function leftovers(world: World): Promise<readonly string[]> {
  const deadlineMs = performance.now() + GRACE_MS;
  while (ownProcesses(world.folder).length > 0 && performance.now() < deadlineMs) await wait(100);
  const broken = ownProcesses(world.folder).map(({ pid, command }) => `I4: process ${pid} is left: ${command}`);
  const instances = join(world.home, '.orchestrate', 'instances');
  if (existsSync(instances))
    for (const name of readdirSync(instances)) broken.push(`I4: the folder of instance ${name} is left`);
  const trees = join(world.home, 'trees');
  for (const name of readdirSync(trees)) {
    if (lstatSync(join(trees, name)).isDirectory() && !standing.has(name)) broken.push(`I4: the slot ${name} is left`);
  }
  return broken;
}
