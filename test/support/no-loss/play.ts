import { spawnSync } from 'node:child_process';
import * as path from 'node:path';

import fc from 'fast-check';

import type { HomeRepository } from '../../../src/ports/git.ts';
import { type Act, sequences } from './commands.ts';
import { lostBetween, movedBelow, observe, type Seen } from './observe.ts';
import { Ours } from './ours.ts';
import { Person } from './person.ts';
import { openRealWorld, type RealWorld } from './world.ts';

export interface Counts {
  nSequences: number;
  nCommands: number;
  /** Commands of ours that did something, and those that were refused. */
  nOurs: number;
  nRefused: number;
  /** Files and commits that were looked for after a command. */
  nChecks: number;
  nLost: number;
}

export const noCounts = (): Counts => ({
  nSequences: 0,
  nCommands: 0,
  nOurs: 0,
  nRefused: 0,
  nChecks: 0,
  nLost: 0,
});

/** Collections may throw away what nothing names any more, and nothing else: they are not excused. */
const excused = (act: Act): boolean => !['gc', 'repack', 'pack-refs', 'lock slot', 'unlock slot'].includes(act.kind);

const reachOf = (act: Act): 'files' | 'home' | 'all' =>
  act.who === 'ours'
    ? 'all'
    : ['write', 'remove', 'shell in slot', 'shell leaves'].includes(act.kind)
      ? 'files'
      : 'home';

/** Plays one sequence. After each command everything that was there is there, or a person took it away with this very command. */
export async function playSequence(
  acts: readonly Act[],
  counts: Counts,
  mutate?: (home: HomeRepository, homeDir: string) => HomeRepository,
): Promise<void> {
  const world = await openRealWorld(mutate);
  try {
    const person = new Person(world);
    const ours = new Ours(world);
    let before = observe(world);
    for (const [index, act] of acts.entries()) {
      if (act.who === 'person') person.act(act);
      else {
        const refused = await ours.act(act);
        counts.nOurs += refused === null ? 1 : 0;
        counts.nRefused += refused === null ? 0 : 1;
      }
      const after = observe(world, { seen: before, hasMoved: reachOf(act) });
      counts.nCommands += 1;
      if (act.who === 'ours' || !excused(act)) check({ act, index, before, after, counts });
      before = after;
    }
    finallyWhole(world);
    counts.nSequences += 1;
  } finally {
    await world.end();
  }
}

function check(options: { act: Act; index: number; before: Seen; after: Seen; counts: Counts }): void {
  const { act, index, before, after, counts } = options;
  counts.nChecks += before.files.size + before.commits.size;
  const lost = [...lostBetween(before, after), ...disturbed(act, before, after)];
  counts.nLost += lost.length;
  if (lost.length > 0) throw new Error(`command ${index} (${JSON.stringify(act)}) lost ${lost.join(', ')}`);
}

/** What is the person's own place is left as it is: their work tree whole, and in home all that no commit has. */
function disturbed(act: Act, before: Seen, after: Seen): readonly string[] {
  if (act.who !== 'ours') return [];
  const isMine = (file: string): boolean => file.startsWith('mine/');
  const isEdit = (file: string): boolean =>
    file.startsWith('home/') &&
    !/^home\/(trees\/|\.orchestrate\/|sessions\/|logs\/)/.test(file) &&
    !before.inHome.has(before.files.get(file) ?? '');
  return movedBelow(before, after, (file) => isMine(file) || isEdit(file)).map((file) => `${file} from its place`);
}

/** Home and store hold every object that their refs need; git says so, not we. */
function finallyWhole(world: RealWorld): void {
  for (const gitDir of [path.join(world.homeDir, '.git'), world.storeDir]) {
    const told = spawnSync('git', ['--git-dir', gitDir, 'fsck', '--connectivity-only', '--no-dangling'], {
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
      encoding: 'utf8',
    });
    if (told.status !== 0) throw new Error(`${gitDir} is not whole: ${told.stdout}${told.stderr}`);
  }
}

/** Plays random sequences until one loses something, and shrinks that one. Resolves when none does. */
export async function playMany(options: {
  nSequences: number;
  seed: number;
  counts: Counts;
  mutate?: (home: HomeRepository, homeDir: string) => HomeRepository;
  /** For controls: the first loss is enough. */
  isShrunk?: boolean;
}): Promise<void> {
  const { nSequences, seed, counts, mutate } = options;
  await fc.assert(
    fc.asyncProperty(sequences, (acts) => playSequence(acts, counts, mutate)),
    { numRuns: nSequences, seed, endOnFailure: options.isShrunk === false },
  );
}

export const countsText = (counts: Counts): string =>
  `no loss: ${counts.nSequences} sequences, ${counts.nCommands} commands (${counts.nOurs} of ours done, ${counts.nRefused} refused), ${counts.nChecks} things looked for, ${counts.nLost} lost\n`;
