import * as fs from 'node:fs';
import * as path from 'node:path';

import type { HomeRepository, RefOutcome, RefUpdate } from '../../ports/git.ts';
import { atTheEdge } from './git-failure.ts';
import { applyPaths, comparePaths } from './home-apply.ts';
import { dirtyPaths, ignoredFiles } from './home-dirty.ts';
import { writeExclude } from './home-exclude.ts';
import { fingerprintHome } from './home-fingerprint.ts';
import { inspectHome } from './home-inspect.ts';
import { HomeObjects } from './home-objects.ts';
import { temporaryFolder, type HomePlace } from './home-place.ts';
import { moveRefs, zeroId } from './move-refs.ts';
import { refProblem } from './path-rules.ts';
import { findRefInFiles } from './ref-files.ts';
import { RefWriter } from './ref-writer.ts';
import { listSlots, prepareSlot, removeSlot } from './slots.ts';
import { clearDeadLocks, clearDeadLocksInTime, filesNamed, refLocks } from './stale-locks.ts';
import type { GitStore } from './trusted-store.ts';
import { listWorktrees } from './worktrees.ts';

/**
 * Creates the adapter of the person's repository. It shares the store's processes, caches and scratch folder, and ends
 * with the store's `close`. Only `updateRefs` runs git in home: one `update-ref --stdin` that ends when it is idle.
 */
export function createHomeRepository(options: {
  readonly homeDir: string;
  /** Where slots lie; `trees/` of home when left out. */
  readonly treesDir?: string;
  readonly store: GitStore;
}): HomeRepository {
  const homeDir = fs.existsSync(options.homeDir) ? fs.realpathSync(options.homeDir) : path.resolve(options.homeDir);
  const { treesDir = path.join(homeDir, 'trees') } = options;
  const home: HomePlace = { homeDir, treesDir, gitDir: path.join(homeDir, '.git'), parts: options.store.parts };
  const refs = new RefWriter(home.parts.door, home.gitDir);
  home.parts.closers.push(() => refs.close());
  const objects = new HomeObjects(home);
  const findRef = (ref: string): string | undefined =>
    refProblem(ref) === undefined ? findRefInFiles(home.gitDir, ref) : undefined;

  const moveRefsOfHome = async (updates: readonly RefUpdate[]): Promise<RefOutcome> => {
    const outcome = await moveRefs({
      updates,
      find: findRef,
      transact: (commands) => refs.transact(commands),
      clearLocks: (names) =>
        void clearDeadLocks({
          locks: refLocks(home.gitDir, names),
          repositories: [homeDir],
          nowMs: Date.now(),
          youngerMs: 0,
        }),
      restoreObjects: async () => (await objects.redeliver()) > 0,
    });
    // git looks only for the object that a ref names, not for what that one needs.
    if (outcome.kind === 'moved') await objects.redeliver();
    return outcome;
  };

  return {
    inspect: () => atTheEdge('looking at home', 'Nothing was changed.', async () => inspectHome(homeDir)),
    findRef: (ref) => atTheEdge('reading a ref of home', 'Nothing was changed.', async () => findRef(ref)),
    fingerprint: (slots) =>
      atTheEdge('taking the fingerprint of home', 'Nothing was changed.', async () => fingerprintHome(home, slots)),
    deliverObjects: (request) =>
      atTheEdge('copying objects to home', 'Branch and files of home are as they were; a repeat goes on.', () =>
        objects.deliver(request),
      ),
    updateRefs: (updates) =>
      atTheEdge('moving refs of home', 'The refs show what moved; a repeat finishes it.', () =>
        moveRefsOfHome(updates),
      ),
    removeRefs: (refs) =>
      atTheEdge('taking refs of home away', 'The refs show what is gone; a repeat finishes it.', () =>
        moveRefsOfHome(
          refs
            .filter(({ ref }) => findRef(ref) !== undefined)
            .map(({ ref, object }) => ({ ref, from: object, to: zeroId })),
        ),
      ),
    comparePaths: (before, after) =>
      atTheEdge('comparing the files of home', 'Nothing was changed.', () => comparePaths(home, before, after)),
    applyPaths: (before, after) =>
      atTheEdge('writing the files of home', 'Each file is whole, old or new; a repeat goes on.', () =>
        applyPaths(home, before, after),
      ),
    dirtyPaths: (commit) => atTheEdge('looking through home', 'Nothing was changed.', () => dirtyPaths(home, commit)),
    ignoredFiles: (request) =>
      atTheEdge('looking for ignored files', 'Nothing was changed.', () => ignoredFiles(home, request)),
    exclude: (lines) =>
      atTheEdge('writing .git/info/exclude', 'The file is whole, old or new; a repeat goes on.', async () =>
        writeExclude(home, lines),
      ),
    prepareSlot: (request) =>
      atTheEdge(`preparing the slot ${request.slot.name}`, 'What was moved is in the trash; a repeat goes on.', () =>
        prepareSlot(home, request),
      ),
    listSlots: () => atTheEdge('looking for slots', 'Nothing was changed.', async () => listSlots(home)),
    listWorktrees: () => atTheEdge('looking for work trees', 'Nothing was changed.', async () => listWorktrees(home)),
    removeSlot: (request) =>
      atTheEdge(
        `removing the slot ${request.slot.name}`,
        'What was moved is in the trash; a repeat goes on.',
        async () => removeSlot(home, request),
      ),
    clearStaleLocks: () => atTheEdge('clearing locks of home', 'Nothing else was changed.', () => clearLocks(home)),
  };
}

function clearLocks(home: HomePlace): Promise<readonly string[]> {
  const { gitDir } = home;
  const isLock = (name: string): boolean => name.endsWith('.lock');
  const find = (): readonly string[] => [
    ...['index', 'HEAD', 'config', 'packed-refs', 'shallow', 'ORIG_HEAD', 'FETCH_HEAD'].map((name) =>
      path.join(gitDir, `${name}.lock`),
    ),
    ...filesNamed(path.join(gitDir, 'refs'), isLock),
    ...filesNamed(path.join(gitDir, 'worktrees'), isLock),
    ...filesNamed(path.join(gitDir, temporaryFolder), () => true),
  ];
  return clearDeadLocksInTime(find, [home.homeDir]);
}
