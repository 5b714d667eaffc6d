import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { CommitId } from '../../../src/base/ids.ts';
import { filesIn, git, openWorkshop, tryGit, write, type Workshop } from './support.ts';

/** Few names, so that the acts meet: a file, a file below a folder of that name, ignored ones. */
const names = ['a', 'a/b', 'd/x', 'd', 'k.ignored', 'requirements.lock'] as const;

type Act =
  | {
      readonly kind: 'person writes' | 'person removes' | 'person stages' | 'agent writes' | 'agent removes';
      readonly name: (typeof names)[number];
    }
  | { readonly kind: 'person commits' | 'prepare' | 'merge' | 'undo' | 'remove slot'; readonly name?: string };

const one = (...kinds: readonly Act['kind'][]): fc.Arbitrary<Act> =>
  fc.record({ kind: fc.constantFrom(...kinds), name: fc.constantFrom(...names) }) as fc.Arbitrary<Act>;

/** Rounds as they happen: a slot is made, an agent and the person work in any order, and something moves home. */
const acts: fc.Arbitrary<readonly Act[]> = fc
  .array(
    fc.tuple(
      fc.constant<readonly Act[]>([{ kind: 'prepare' }]),
      fc.array(one('agent writes', 'agent writes', 'agent removes'), { minLength: 1, maxLength: 4 }),
      fc.array(
        one(
          'person writes',
          'person writes',
          'person removes',
          'person stages',
          'person stages',
          'person commits',
          'prepare',
          'remove slot',
        ),
        { maxLength: 4 },
      ),
      fc.array(one('merge', 'merge', 'merge', 'undo', 'prepare'), { minLength: 1, maxLength: 2 }),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((rounds) => rounds.flat(2));

/** Ids of all contents that lie in home's folder, slots and trash included. */
function contentsOnDisk(shop: Workshop): Map<string, string> {
  const found = new Map<string, string>();
  for (const [file, text] of Object.entries(filesIn(shop.homeDir))) {
    if (file.endsWith('/.git')) continue;
    found.set(
      createHash('sha1')
        .update(`blob ${Buffer.byteLength(text)}\0${text}`)
        .digest('hex'),
      file,
    );
  }
  return found;
}

function contentsInCommits(shop: Workshop): Set<string> {
  const ids = new Set<string>();
  for (const gitDir of [path.join(shop.homeDir, '.git'), path.join(shop.dir, 'state/store.git')]) {
    for (const line of git(gitDir, 'rev-list', '--objects', '--all').split('\n')) ids.add(line.slice(0, 40));
  }
  return ids;
}

class Play {
  readonly shop: Workshop;
  readonly merged: CommitId[] = [];
  #serial = 0;
  #slotBase: CommitId | undefined;

  constructor(shop: Workshop) {
    this.shop = shop;
  }

  async act(act: Act): Promise<void> {
    const { shop } = this;
    const slot = shop.slot().dir;
    switch (act.kind) {
      case 'person writes':
        return this.#write(shop.homeDir, act.name);
      case 'agent writes':
        return fs.existsSync(slot) ? this.#write(slot, act.name) : undefined;
      case 'person removes':
        return fs.rmSync(path.join(shop.homeDir, act.name), { recursive: true, force: true });
      case 'agent removes':
        return fs.rmSync(path.join(slot, act.name), { recursive: true, force: true });
      case 'person stages':
        return void tryGit(shop.homeDir, ['add', '--all', '--', act.name]);
      case 'person commits':
        return void tryGit(shop.homeDir, ['commit', '--quiet', '--all', '--message', `by hand ${++this.#serial}`]);
      case 'prepare':
        return this.#careful(async () => {
          this.#slotBase = await shop.head();
          await shop.prepare(this.#slotBase);
          assert.equal(git(slot, 'status', '--porcelain'), '');
        });
      case 'remove slot':
        return this.#careful(async () => shop.home.removeSlot({ slot: shop.slot(), trashDir: shop.trashDir }));
      case 'merge':
        return this.#careful(() => this.#merge());
      case 'undo':
        return this.#careful(() => this.#undo());
    }
  }

  /** Nothing that lay on disk before may be gone after, unless a commit has it. */
  async #careful(work: () => Promise<void>): Promise<void> {
    const before = contentsOnDisk(this.shop);
    const staged = git(this.shop.homeDir, 'ls-files', '--stage')
      .split('\n')
      .filter((line) => line !== '');
    await work();
    const after = contentsOnDisk(this.shop);
    const committed = contentsInCommits(this.shop);
    for (const [id, file] of before)
      if (!after.has(id) && !committed.has(id)) throw new Error(`the bytes of ${file} are lost`);
    // What the person staged and nowhere committed is still staged.
    const now = git(this.shop.homeDir, 'ls-files', '--stage');
    for (const line of staged) {
      const id = line.split(' ')[1] ?? '';
      assert.ok(committed.has(id) || now.includes(id), `${line} is no longer staged`);
    }
  }

  async #merge(): Promise<void> {
    const { shop } = this;
    if (this.#slotBase === undefined || !fs.existsSync(shop.slot().dir)) return;
    const head = await shop.head();
    const mine = await shop.commit(await shop.take(), [this.#slotBase], 'mine');
    const merged = await shop.store.merge({ base: this.#slotBase, ours: head, theirs: mine });
    if (merged.kind === 'clean') await this.#land(merged.tree, head);
  }

  async #undo(): Promise<void> {
    const { shop } = this;
    const last = this.merged.at(-1);
    if (last === undefined) return;
    const head = await shop.head();
    const [before] = (await shop.store.commitFacts(last)).parents;
    if (before !== undefined) await this.#land(await shop.store.treeOf(before), head);
  }

  async #land(tree: Parameters<Workshop['merge']>[0], head: CommitId): Promise<void> {
    const { shop } = this;
    const before = await shop.store.treeOf(head);
    if (tree === before) return;
    const compared = await shop.home.comparePaths(before, tree);
    const { commit, applied } = await shop.merge(tree, head, ++this.#serial);
    this.merged.push(commit);
    assert.deepEqual(
      [...applied.kept].sort(),
      compared
        .filter(({ is }) => is === 'other')
        .map((item) => item.path)
        .sort(),
    );
    // What was not kept is as the new tree has it.
    const after = new Map((await shop.home.comparePaths(before, tree)).map((item) => [item.path, item.is]));
    for (const file of applied.written) assert.equal(after.get(file), 'after');
  }

  #write(dir: string, name: string): void {
    try {
      write(dir, { [name]: `content ${++this.#serial}\n` });
    } catch {
      // A file stands where a folder would have to be, or the other way round: the person gives up.
    }
  }
}

test('no order of acts loses a person’s or an agent’s bytes', async () => {
  const property = fc.assert(
    fc.asyncProperty(acts, async (sequence) => {
      const shop = await openWorkshop();
      const play = new Play(shop);
      for (const act of sequence) await play.act(act);
      await shop.store.close();
      await shop.spawner.close();
    }),
    {
      numRuns: Number(process.env['ORCHESTRATE_LOSS_RUNS'] ?? 20),
      ...(process.env['ORCHESTRATE_LOSS_RUNS'] === undefined ? { seed: 20_261_120 } : {}),
    },
  );
  await expect(property).resolves.toBeUndefined();
}, 600_000);
