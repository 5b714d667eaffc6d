import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { textOf } from '../../support/fault-processes.ts';
import { expectDone, expectFault, untilRow, upgrade, upgradeUntil } from '../../support/fault-steps.ts';
import type { FaultCase } from '../../support/fault-suite.ts';
import type { FaultWorld } from '../../support/fault-world.ts';

const slotOf = (world: FaultWorld): string => join(world.home, 'trees/env-setup');

/** A file with a commit of its own, as the person makes one. Returns the commit. */
function commitFile(world: FaultWorld, name: string): string {
  fs.mkdirSync(join(world.home, 'notes'), { recursive: true });
  fs.writeFileSync(join(world.home, 'notes', name), `${name}\n`);
  world.git(['add', `notes/${name}`]);
  world.git(['commit', '--quiet', '-m', `note ${name}`]);
  return world.git(['rev-parse', 'HEAD']);
}

/** What a script does that takes the branch of an hour ago for the branch of now: the person's history is overwritten. */
function moveWithoutLooking(world: FaultWorld, base: string): void {
  const made = world.git(['commit-tree', `${base}^{tree}`, '-p', base, '-m', 'merge']);
  world.git(['update-ref', 'refs/heads/main', made]);
}

/** Collects, repacks and packs home's repository, again and again, as fast as git can. */
function startCollector(world: FaultWorld): { stop: () => Promise<number> } {
  const flag = join(world.base, 'collecting');
  fs.writeFileSync(flag, '');
  const script = `n=0; while [ -e "$1" ]; do git pack-refs --all --prune; git repack -a -d -q; git prune --expire=now; git gc --quiet --prune=now; n=$((n+1)); done 2>/dev/null; echo $n`;
  const child = spawn('/bin/sh', ['-c', script, 'sh', flag], {
    cwd: world.home,
    env: world.env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  return {
    async stop() {
      fs.rmSync(flag, { force: true });
      if (child.exitCode === null) await once(child, 'close');
      return Number(out);
    },
  };
}

const isAncestor = (world: FaultWorld, commit: string): boolean => {
  try {
    world.git(['merge-base', '--is-ancestor', commit, 'refs/heads/main']);
    return true;
  } catch {
    return false;
  }
};

/** The person, with an ordinary git in home and in slots, in the middle of what orchestrate does. */
export const personCases: readonly FaultCase[] = [
  {
    id: 'F36',
    title: 'the person collects, repacks and packs refs all through a merge and its undo: home and store stay whole',
    control: (world) => {
      const made = world.git(['commit-tree', 'HEAD^{tree}', '-p', 'HEAD', '-m', 'written first, named later']);
      world.git(['gc', '--quiet', '--prune=now']);
      try {
        world.git(['update-ref', 'refs/heads/main', made]);
        return undefined;
      } catch {
        return 'what was written and not yet named is collected';
      }
    },
    fault: async (world) => {
      const tree = world.git(['rev-parse', 'HEAD^{tree}']);
      const command = await upgradeUntil(world, 'r1', 'reviewing');
      const collector = startCollector(world);
      try {
        expectDone(await command.done);
        expectDone(await world.run(['undo', '--yes', '--json']));
      } finally {
        expect(await collector.stop()).toBeGreaterThan(0);
      }
      expect(world.git(['rev-parse', 'HEAD^{tree}'])).toBe(tree);
      world.git(['gc', '--quiet', '--prune=now']);
      expect(world.git(['status', '--porcelain'])).toBe('');
    },
  },
  {
    id: 'U1-rebase',
    title: 'the person rebases the branch in the middle of a run: the merge is on top of the new history',
    control: (world) => {
      commitFile(world, 'one.txt');
      const base = commitFile(world, 'two.txt');
      world.git(['rebase', '--quiet', '--onto', 'HEAD~2', 'HEAD~1']);
      const rebased = world.git(['rev-parse', 'HEAD']);
      moveWithoutLooking(world, base);
      return isAncestor(world, rebased) ? undefined : 'the rebased history is overwritten by the old one';
    },
    fault: async (world) => {
      const dropped = commitFile(world, 'one.txt');
      const old = commitFile(world, 'two.txt');
      const command = await upgradeUntil(world, 'r1.lock', 'executing');
      world.git(['rebase', '--quiet', '--onto', 'HEAD~2', 'HEAD~1']);
      const rebased = world.git(['rev-parse', 'HEAD']);
      expectDone(await command.done);
      expect(isAncestor(world, rebased)).toBe(true);
      for (const commit of [dropped, old]) expect(isAncestor(world, commit)).toBe(false);
      expect(fs.existsSync(join(world.home, 'notes/one.txt'))).toBe(false);
      expect(fs.readFileSync(join(world.home, 'notes/two.txt'), 'utf8')).toBe('two.txt\n');
      expect(world.git(['status', '--porcelain'])).toBe('');
    },
  },
  {
    id: 'U2-checkout',
    title:
      'the person checks out another branch in the middle of a run: it waits, and no file of that branch is touched',
    control: (world) => {
      const main = world.git(['rev-parse', 'main']);
      world.git(['checkout', '--quiet', '-b', 'other']);
      const made = world.git(['commit-tree', 'main^{tree}', '-p', 'main', '-m', 'merge']);
      world.git(['merge', '--quiet', '--ff-only', made]);
      return world.git(['rev-parse', 'main']) === main && world.git(['rev-parse', 'other']) === made
        ? 'a plain merge lands on whatever is checked out'
        : undefined;
    },
    fault: async (world) => {
      const base = world.git(['rev-parse', 'main']);
      const command = await upgradeUntil(world, 'r1.lock', 'executing');
      world.git(['checkout', '--quiet', '-b', 'other']);
      fs.writeFileSync(join(world.home, 'mine.txt'), 'on my branch\n');
      world.git(['add', 'mine.txt']);
      world.git(['commit', '--quiet', '-m', 'on my branch']);
      const other = world.git(['rev-parse', 'HEAD']);
      const bytes = world.trackedBytes();
      const waiting = await command.done;
      expect(waiting.exitStatus, waiting.err).toBe(7);
      expect(waiting.out).toContain('HOME_BRANCH');
      expect(world.git(['rev-parse', 'main'])).toBe(base);
      expect(world.trackedBytes()).toBe(bytes);
      world.git(['switch', '--quiet', 'main']);
      const resumed = await world.run(['runs', 'resume', 'r1', '--json']);
      // It may have gone on by itself between the two.
      if (resumed.exitStatus !== 0) expectFault(resumed, textOf((resumed.json?.['error'] as { code?: string })?.code));
      await untilRow(world, 'run.closed', { run: 'r1' }, 120_000);
      expect(world.rows('run.closed').at(-1)?.data['state']).toBe('done');
      expect(world.git(['rev-parse', 'other'])).toBe(other);
      expect(world.git(['rev-parse', 'main'])).not.toBe(base);
    },
  },
  {
    id: 'U3-reset',
    title: 'the person resets the branch in the middle of a run: what they dropped does not come back',
    control: (world) => {
      const dropped = commitFile(world, 'dropped.txt');
      world.git(['reset', '--quiet', '--hard', 'HEAD~1']);
      moveWithoutLooking(world, dropped);
      return isAncestor(world, dropped) ? 'the commit that was dropped is on the branch again' : undefined;
    },
    fault: async (world) => {
      const kept = world.git(['rev-parse', 'HEAD']);
      const dropped = commitFile(world, 'dropped.txt');
      const command = await upgradeUntil(world, 'r1.lock', 'executing');
      world.git(['reset', '--quiet', '--hard', 'HEAD~1']);
      const untracked = join(world.home, 'untracked.txt');
      fs.writeFileSync(untracked, 'mine\n');
      expectDone(await command.done);
      expect(isAncestor(world, kept)).toBe(true);
      expect(isAncestor(world, dropped)).toBe(false);
      expect(fs.existsSync(join(world.home, 'notes/dropped.txt'))).toBe(false);
      expect(fs.readFileSync(untracked, 'utf8')).toBe('mine\n');
      fs.rmSync(untracked);
    },
  },
  {
    id: 'U4-slot',
    title:
      'the person commits in a slot in the middle of a run, and the slot is taken away: commit and files come back, whatever is collected',
    control: (world) => {
      world.git(['worktree', 'add', '--quiet', '--detach', slotOf(world)]);
      fs.writeFileSync(join(slotOf(world), 'mine.txt'), 'mine\n');
      world.git(['add', 'mine.txt'], slotOf(world));
      world.git(['commit', '--quiet', '-m', 'in the slot'], slotOf(world));
      const commit = world.git(['rev-parse', 'HEAD'], slotOf(world));
      world.git(['worktree', 'remove', '--force', slotOf(world)]);
      world.git(['gc', '--quiet', '--prune=now']);
      try {
        world.git(['cat-file', '-e', commit]);
        return undefined;
      } catch {
        return 'the commit is gone with the work tree';
      }
    },
    fault: async (world) => {
      const slot = slotOf(world);
      const command = await upgradeUntil(world, 'r1.lock', 'executing');
      fs.mkdirSync(join(slot, 'docs/env-setup'), { recursive: true });
      fs.writeFileSync(join(slot, 'docs/env-setup/mine.txt'), 'committed\n');
      world.git(['add', 'docs/env-setup/mine.txt'], slot);
      world.git(['commit', '--quiet', '-m', 'in the slot'], slot);
      const commit = world.git(['rev-parse', 'HEAD'], slot);
      // Its git files moved behind the run's back: it says so and waits.
      const told = await command.done;
      expect(told.exitStatus, told.err).toBe(7);
      expect(told.out).toContain('TREE_TAMPERED');
      await world.ok(['runs', 'cancel', 'r1', '--json']);
      await untilRow(world, 'run.closed', { run: 'r1' });
      fs.writeFileSync(join(slot, 'scratch.ignored'), 'not committed\n');
      const refused = await world.run(['trees', 'clean', 'env-setup', '--yes', '--json']);
      expectFault(refused, 'REMOVAL_REFUSED', 5);
      expect(refused.out).toContain(commit.slice(0, 7));
      await world.ok(['trees', 'clean', 'env-setup', '--to-trash', '--yes', '--json']);
      expect(fs.existsSync(slot)).toBe(false);
      world.git(['reflog', 'expire', '--expire=now', '--all']);
      world.git(['gc', '--quiet', '--prune=now']);
      const [thing] = world.rows('trash.put').slice(-1);
      const id = textOf(thing?.data['id']);
      expect(thing?.data).toMatchObject({ what: 'slot', commits: [commit], holdsWork: true });
      execFileSync('git', ['--git-dir', world.store, 'cat-file', '-e', commit], { env: world.env });
      // The folder may go as well: the backup brings the files back.
      await world.ok(['trash', 'empty', id, '--yes', '--json']);
      const back = join(world.live, 'back');
      await world.ok(['trash', 'restore', id, '--to', back, '--json']);
      expect(fs.readFileSync(join(back, 'scratch.ignored'), 'utf8')).toBe('not committed\n');
      expect(fs.readFileSync(join(back, 'docs/env-setup/mine.txt'), 'utf8')).toBe('committed\n');
      // Nobody accepted what the commit did to the git files of the slot: the next run says so once more.
      const next = await world.run(upgrade);
      expect(next.out).toContain('TREE_TAMPERED');
      expectDone(await world.run(['runs', 'resume', 'r2', '--json']));
    },
  },
];
