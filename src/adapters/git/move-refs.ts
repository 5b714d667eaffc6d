import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { Fault } from '../../base/fault.ts';
import type { RefOutcome, RefUpdate } from '../../ports/git.ts';
import { diskFull, isDiskFull } from './git-failure.ts';
import { refProblem } from './path-rules.ts';

/** As what a ref is to name: the ref is taken away. */
export const zeroId = '0'.repeat(40);
/** A lock held by another git is gone in milliseconds; stale ones are not waited for longer than this in all. */
const lockWaitsMs = [20, 80, 200, 400] as const;

/** How one transaction ended as far as git told. */
export type Told = { readonly kind: 'ok' } | { readonly kind: 'ended'; readonly stderr: string };

/**
 * Moves refs by `transact` until the refs themselves show the outcome: what git said before it ended is only a hint.
 * A transaction that was torn by a kill is finished.
 */
export async function moveRefs(options: {
  readonly updates: readonly RefUpdate[];
  readonly transact: (commands: string) => Promise<Told>;
  readonly find: (ref: string) => string | undefined;
  /** Removes the locks that a killed git left on the refs. */
  readonly clearLocks: (refs: readonly string[]) => void;
  /** Brings back objects that the refs are to name and that are gone; tells whether there were any. */
  readonly restoreObjects?: () => Promise<boolean>;
}): Promise<RefOutcome> {
  const { updates, transact, find } = options;
  checkRefUpdates(updates);
  if (updates.length === 0) return { kind: 'moved' };
  let left = updates;
  let hasBeenKilled = false;
  for (let attempt = 0; ; attempt++) {
    const told = await transact(refTransaction(left));
    if (told.kind === 'ok') return { kind: 'moved' };
    const wasKilled = told.stderr.trim() === '';
    const actual = updates.map((update) => ({
      update,
      actual: find(update.ref) ?? (update.to === zeroId ? zeroId : null),
    }));
    const isOpen = ({ update, actual: now }: (typeof actual)[number]): boolean => now !== update.to;
    // A kill may come after the refs moved; then, and only then, `to` counts as done by us.
    const mayBeOurs = wasKilled || attempt > 0;
    if (mayBeOurs && !actual.some(isOpen)) return { kind: 'moved' };
    const moved = actual.find((item) => item.actual !== item.update.from && !(mayBeOurs && !isOpen(item)));
    if (moved !== undefined) return { kind: 'refused', ref: moved.update.ref, actual: moved.actual };
    const waitMs = lockWaitsMs[attempt];
    const wasPruned =
      /nonexistent object/.test(told.stderr) && attempt === 0 && (await options.restoreObjects?.()) === true;
    if (isDiskFull(told.stderr) || isWithoutRoom(told.stderr))
      throw diskFull('moving refs', { stderr: told.stderr.trim() }, 'No ref was moved.');
    if (
      waitMs === undefined ||
      !(wasKilled || wasPruned || /Unable to create '.*\.lock'|cannot lock ref .*File exists/.test(told.stderr))
    ) {
      throw new Fault(
        'GIT_FAILED',
        `git could not move ${updates.map(({ ref }) => ref).join(', ')}: ${told.stderr.trim().split('\n')[0] || 'it was killed'}.`,
        {
          state: actual.every(isOpen) ? 'No ref was moved.' : 'Some of the refs were moved; a repeat finishes it.',
          hints: /\.lock/.test(told.stderr)
            ? ['wait for the other git, or remove its stale lock: orchestrate doctor --fix']
            : ['orchestrate doctor'],
          data: { stderr: told.stderr.trim().slice(0, 2000) },
        },
      );
    }
    left = actual.filter(isOpen).map(({ update }) => update);
    hasBeenKilled ||= wasKilled;
    // One that was killed may hold its files for a moment yet: its locks are looked at before each further try.
    if (hasBeenKilled) options.clearLocks(left.map(({ ref }) => ref));
    await delay(waitMs);
  }
}

/**
 * Returns the commands of one transaction. Creations come first: git moves the refs of a transaction one after the
 * other, so a kill in between leaves a new restore point and the old branch, never the reverse.
 */
function refTransaction(updates: readonly RefUpdate[]): string {
  const ordered = [...updates.filter(({ from }) => from === null), ...updates.filter(({ from }) => from !== null)];
  const lines = ordered.flatMap(({ ref, from, to }) => [
    'option no-deref',
    `update ${ref} ${to ?? zeroId} ${from ?? zeroId}`,
  ]);
  return ['start', ...lines, 'commit', ''].join('\n');
}

/** Checks names and ids before they become lines of a protocol. A bad one is a bug of the caller. */
function checkRefUpdates(updates: readonly RefUpdate[]): void {
  for (const { ref, from, to } of updates) {
    const problem = refProblem(ref);
    if (problem !== undefined)
      throw new Fault('NAME_INVALID', `The ref ${JSON.stringify(ref)} is refused: ${problem}.`, {
        state: 'No ref was moved.',
      });
    for (const id of [to, from].filter((one) => one !== null))
      if (!/^[0-9a-f]{40}$/.test(id)) throw new Error(`not an object id: ${JSON.stringify(id)}`);
  }
}

/** Less than this and a lock, its log and a folder may not find room. */
const leastFreeBytes = 64 * 1024;

/** Of a lock that it could not write git does not say why. */
function isWithoutRoom(stderr: string): boolean {
  const lock = /[Cc]ouldn't write '(.+\.lock)'/.exec(stderr)?.[1];
  if (lock === undefined) return false;
  let folder = path.dirname(lock);
  while (!fs.existsSync(folder)) folder = path.dirname(folder);
  const { bavail, bsize } = fs.statfsSync(folder);
  return bavail * bsize < leastFreeBytes;
}
