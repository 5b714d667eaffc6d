import * as fs from 'node:fs';
import * as path from 'node:path';

import { afterAll, expect, test } from 'vitest';

import type { HomeRepository } from '../../src/ports/git.ts';
import { countsText, noCounts, playMany } from '../support/no-loss/play.ts';

/** The same on each machine; `test/long/no-loss.test.ts` plays many more. */
const seed = 20_261_127;
const nSequences = 25;
const counts = noCounts();
afterAll(() => void process.stdout.write(countsText(counts)));

test('no order of commands of a person and of orchestrate loses a commit, an untracked file or an edit', async () => {
  await playMany({ nSequences, seed, counts });
  expect(counts.nSequences).toBe(nSequences);
  expect(counts.nLost).toBe(0);
  expect(counts.nOurs).toBeGreaterThan(nSequences);
}, 600_000);

const mutants: Readonly<Record<string, (home: HomeRepository, homeDir: string) => HomeRepository>> = {
  'a slot is removed instead of moved to the trash': (home) => ({
    ...home,
    async removeSlot(options) {
      await home.removeSlot(options);
      fs.rmSync(options.trashDir, { recursive: true, force: true });
    },
  }),
  'leftovers in a slot are removed': (home) => ({
    ...home,
    async prepareSlot(options) {
      const prepared = await home.prepareSlot(options);
      fs.rmSync(options.trashDir, { recursive: true, force: true });
      return prepared;
    },
  }),
  'nobody looks which commits a slot names': (home) => ({
    ...home,
    listWorktrees: async () => (await home.listWorktrees()).map((one) => ({ ...one, commits: [] })),
  }),
  'what the store refuses gets no name in home': (home) => ({
    ...home,
    updateRefs: async (updates) =>
      updates.some(({ ref }) => ref.startsWith('refs/orchestrate/rescued/'))
        ? { kind: 'moved' }
        : home.updateRefs(updates),
  }),
  'files are written over what is there, untracked and ignored ones too': (home, homeDir) => ({
    ...home,
    comparePaths: async (before, after) =>
      (await home.comparePaths(before, after)).map((one) => ({ ...one, is: 'before' as const })),
    async applyPaths(before, after) {
      for (const { path: file, after: now } of await home.comparePaths(before, after))
        if (now !== null) fs.rmSync(path.join(homeDir, file), { recursive: true, force: true });
      return home.applyPaths(before, after);
    },
  }),
};

test.each(Object.entries(mutants))(
  'the property finds it when %s',
  async (_what, mutate) => {
    const lost = noCounts();
    await expect(playMany({ nSequences: 150, seed, counts: lost, mutate, isShrunk: false })).rejects.toThrow(
      'Property failed',
    );
    expect(lost.nLost).toBeGreaterThan(0);
    process.stdout.write(`control: it is found in sequence ${lost.nSequences + 1}\n`);
  },
  600_000,
);
