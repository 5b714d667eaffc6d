import * as fs from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { isAlive, signal, textOf, until } from '../../support/fault-processes.ts';
import { expectDone, faultCode, untilRow } from '../../support/fault-steps.ts';
import type { FaultCase } from '../../support/fault-suite.ts';
import { type FaultWorld, inMutant } from '../../support/fault-world.ts';
import { moved, stillness } from '../../support/stillness.ts';

const remoteOf = (world: FaultWorld): string => join(world.live, 'remote.git');
const headOf = (world: FaultWorld): string => world.git(['rev-parse', 'refs/heads/main']);
const remoteHead = (world: FaultWorld): string => world.git(['rev-parse', 'refs/heads/main'], remoteOf(world));
const take = ['submit', 'mine', '--yes', '--json'] as const;

/** A bare remote that has what home has, merges that go there, and a branch of the person's with one file. */
function withRemote(world: FaultWorld, mode = 'push'): void {
  world.git(['init', '--quiet', '--bare', '--initial-branch=main', remoteOf(world)]);
  world.git(['remote', 'add', 'origin', remoteOf(world)]);
  world.edit('orchestrate.yaml', [
    ['  mode: local\n', `  mode: ${mode}\n`],
    ['  remote: null\n', '  remote: origin\n'],
  ]);
  world.git(['push', '--quiet', 'origin', 'main']);
  world.git(['switch', '--quiet', '--create', 'mine']);
  fs.mkdirSync(join(world.home, 'docs/ops-maint'), { recursive: true });
  fs.writeFileSync(join(world.home, 'docs/ops-maint/page.md'), 'a page\n');
  world.git(['add', 'docs']);
  world.git(['commit', '--quiet', '--message', 'a page']);
  world.git(['switch', '--quiet', 'main']);
}

function plantHook(world: FaultWorld, name: string, script: string): void {
  fs.mkdirSync(join(remoteOf(world), 'hooks'), { recursive: true });
  fs.writeFileSync(join(remoteOf(world), 'hooks', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** The remote has the merge, and takes its time to say so: there the supervisor dies. */
async function killedBetween(world: FaultWorld): Promise<{ base: string }> {
  withRemote(world);
  const base = headOf(world);
  const marker = join(world.live, 'pushed');
  plantHook(world, 'post-receive', `touch '${marker}'; sleep 20`);
  const command = world.start(['submit', 'mine', '--yes', '--detach', '--json']);
  await until('the push to arrive', () => fs.existsSync(marker), 120_000);
  expect(headOf(world), 'home has not moved yet').toBe(base);
  expect(remoteHead(world), 'the remote has').not.toBe(base);
  const pid = world.supervisorPid();
  signal(pid, 'SIGKILL');
  await until('the supervisor to be dead', () => !isAlive(pid));
  await command.done;
  fs.rmSync(join(remoteOf(world), 'hooks/post-receive'));
  return { base };
}

/** A program that does not ask the remote what it has already. */
const forgetful = [
  {
    file: 'engine/changes/remote.ts',
    find: 'look: () => findPushed(engine, rule, push),',
    replace: '',
  },
  {
    file: 'engine/changes/remote.ts',
    find: 'const found = await findPushed(engine, rule, push);',
    replace: 'const found = undefined as { from: string | null } | undefined;',
  },
] as const;

/** The check that an administration of that name is not somebody else's. */
const takesOver = {
  file: 'adapters/git/slot-link.ts',
  find: 'if (back !== `gitdir: ${admin}`) return;',
  replace: 'return;',
} as const;

/** A person's own work tree whose administration has the name of a slot of ours. */
function adopted(world: FaultWorld): string {
  const dir = join(world.live, 'elsewhere/ops-maint');
  world.git(['worktree', 'add', '--quiet', '-b', 'claude/x', dir]);
  fs.mkdirSync(join(dir, 'ops'), { recursive: true });
  fs.writeFileSync(join(dir, 'ops/mine.yaml'), 'mine\n');
  return dir;
}

export const remoteCases: readonly FaultCase[] = [
  {
    id: 'K-push',
    title:
      'kill -9 between the push and the move of home’s branch: the same routine finishes, and the remote is asked first',
    noProduction: true,
    control: () =>
      inMutant(forgetful, async (mutant) => {
        const { base } = await killedBetween(mutant);
        const after = await mutant.run(['runs', 'resume', 'r1', '--json']);
        const stays = headOf(mutant) === base && remoteHead(mutant) !== base;
        return stays ? `the remote has the merge, home never gets it: ${String(faultCode(after))}` : undefined;
      }),
    fault: async (world) => {
      const { base } = await killedBetween(world);
      await world.run(['runs', 'list', '--json']);
      await world.run(['service', 'status', '--json']);
      await world.run(['outside', 'list', '--json']);
      await untilRow(world, 'run.closed', { run: 'r1', state: 'done' }, 60_000);
      expect(headOf(world)).not.toBe(base);
      expect(remoteHead(world)).toBe(headOf(world));
      expect(world.rows('branch.moved').filter((one) => one.run === 'r1')).toHaveLength(1);
      const pushes = world.rows('effect.done').filter((one) => textOf(one.data['key']).endsWith(':push'));
      expect(pushes.map((one) => one.data['how'])).toEqual(['found']);
      expect(world.git(['log', '--format=%s', '-1'])).toBe('work of mine');
    },
  },
  {
    id: 'X-remote-gone',
    title:
      'the remote disappears: the change waits with exit 7 and says so, home has not moved, and it goes on when it is back',
    noProduction: true,
    control: (world) => {
      withRemote(world);
      fs.renameSync(remoteOf(world), `${remoteOf(world)}-away`);
      world.git(['merge', '--quiet', '--no-ff', '--no-edit', 'mine']);
      let isPushed = true;
      try {
        world.git(['push', '--quiet', 'origin', 'main']);
      } catch {
        isPushed = false;
      }
      return isPushed ? undefined : 'a script that merges, then pushes, leaves home where the remote is not';
    },
    fault: async (world) => {
      withRemote(world);
      const base = headOf(world);
      fs.renameSync(remoteOf(world), `${remoteOf(world)}-away`);
      const waiting = await world.run(take);
      expect(waiting.exitStatus, waiting.err).toBe(7);
      expect(waiting.out).toContain('REMOTE_UNREACHABLE');
      expect(headOf(world)).toBe(base);
      expect(world.git(['tag', '--list', 'restore/0001*'])).toBe('');
      fs.renameSync(`${remoteOf(world)}-away`, remoteOf(world));
      await untilRow(world, 'run.closed', { run: 'r1', state: 'done' }, 60_000);
      expect(remoteHead(world)).toBe(headOf(world));
    },
  },
  {
    id: 'X-remote-rejects',
    title: 'a hook of the remote rejects: nothing moved, the reason is told, and the run can be resumed or called off',
    noProduction: true,
    control: (world) => {
      withRemote(world);
      plantHook(world, 'pre-receive', 'exit 1');
      world.git(['merge', '--quiet', '--no-ff', '--no-edit', 'mine']);
      try {
        world.git(['push', '--quiet', 'origin', 'main']);
        return undefined;
      } catch {
        return 'a script that merges, then pushes, has merged what the remote refuses';
      }
    },
    fault: async (world) => {
      withRemote(world);
      const base = headOf(world);
      plantHook(world, 'pre-receive', 'exit 1');
      const held = await world.run(take);
      expect(held.exitStatus, held.err).toBe(7);
      expect(held.out).toContain('REMOTE_REJECTED');
      expect(held.out).toContain('pre-receive hook declined');
      expect([headOf(world), remoteHead(world)]).toEqual([base, base]);
      fs.rmSync(join(remoteOf(world), 'hooks/pre-receive'));
      expectDone(await world.run(['runs', 'resume', 'r1', '--json']));
      expect(remoteHead(world)).toBe(headOf(world));
    },
  },
  {
    id: 'X-remote-moved',
    title: 'somebody pushed first: nothing is overwritten, it waits, and after a pull it is proven again on top',
    noProduction: true,
    control: (world) => {
      withRemote(world);
      const theirs = pushedByOthers(world);
      world.git(['push', '--quiet', '--force', 'origin', 'mine:main']);
      return world.git(['log', '--format=%H', 'main'], remoteOf(world)).includes(theirs)
        ? undefined
        : `a push by force takes ${theirs.slice(0, 7)} off the branch`;
    },
    fault: async (world) => {
      withRemote(world);
      const theirs = pushedByOthers(world);
      const base = headOf(world);
      const waiting = await world.run(take);
      expect(waiting.exitStatus, waiting.err).toBe(7);
      expect(waiting.out).toContain('REMOTE_MOVED');
      expect(waiting.out).toContain('git pull --ff-only origin main');
      expect([headOf(world), remoteHead(world)]).toEqual([base, theirs]);
      world.git(['pull', '--quiet', '--ff-only', 'origin', 'main']);
      await untilRow(world, 'run.closed', { run: 'r1', state: 'done' }, 90_000);
      expect(world.git(['rev-parse', 'main^'])).toBe(theirs);
      expect(remoteHead(world)).toBe(headOf(world));
      const gates = world.rows('change.gated').map((one) => one.data['base']);
      expect(gates).toEqual([base, theirs]);
    },
  },
  {
    id: 'X-pull-request',
    title: 'a change is proposed to the remote and home follows only when its branch has exactly the proven files',
    noProduction: true,
    control: (world) => {
      withRemote(world, 'pull-request');
      const theirs = pushedByOthers(world, 'docs/ops-maint/page.md');
      world.git(['pull', '--quiet', '--ff-only', 'origin', 'main']);
      const is = fs.readFileSync(join(world.home, 'docs/ops-maint/page.md'), 'utf8');
      return is === 'a page\n' ? undefined : `who pulls what is called merged gets ${theirs.slice(0, 7)}, unproven`;
    },
    fault: async (world) => {
      withRemote(world, 'pull-request');
      const base = headOf(world);
      const waiting = await world.run(take);
      expect(waiting.exitStatus, waiting.err).toBe(7);
      expect(waiting.out).toContain('REMOTE_AWAITED');
      expect([headOf(world), remoteHead(world)]).toEqual([base, base]);
      const proposals = world.git(['for-each-ref', '--format=%(refname)', 'refs/heads/orchestrate/'], remoteOf(world));
      expect(proposals).toMatch(/^refs\/heads\/orchestrate\/[a-z0-9-]+-c1$/);
      const proposal = world.git(['rev-parse', proposals], remoteOf(world));
      // As a host does that squashes: another commit, the same files.
      const tree = world.git(['rev-parse', `${proposal}^{tree}`], remoteOf(world));
      const squashed = world.git(['commit-tree', tree, '-p', base, '-m', 'a page (#1)'], remoteOf(world));
      world.git(['update-ref', 'refs/heads/main', squashed], remoteOf(world));
      await untilRow(world, 'run.closed', { run: 'r1', state: 'done' }, 90_000);
      expect(headOf(world)).toBe(squashed);
      expect(world.git(['rev-parse', 'restore/0002-work-of-mine^{commit}'])).toBe(squashed);
      expect(fs.readFileSync(join(world.home, 'docs/ops-maint/page.md'), 'utf8')).toBe('a page\n');
    },
  },
  {
    id: 'X-adopted',
    title:
      'a work tree of the person’s own that has the name of a slot: it is submitted, and never moved, cleaned or taken over',
    noProduction: true,
    control: () =>
      inMutant([takesOver], async (mutant) => {
        const dir = adopted(mutant);
        const before = stillness(dir, join(mutant.home, '.git/worktrees/ops-maint'));
        await mutant.run(['open', 'ops-maint', '--json']);
        const touched = moved(before, stillness(dir, join(mutant.home, '.git/worktrees/ops-maint')));
        return touched.length === 0 ? undefined : `a slot takes over its administration: ${touched.join(', ')}`;
      }),
    fault: async (world) => {
      const dir = adopted(world);
      const all = [dir, join(world.home, '.git/worktrees/ops-maint')];
      const before = stillness(...all);
      const branch = world.git(['rev-parse', 'claude/x']);
      const refused = await world.run(['open', 'ops-maint', '--json']);
      expect(faultCode(refused), refused.err).toBe('NAME_INVALID');
      expectDone(await world.run(['submit', dir, '--yes', '--json']));
      expectDone(await world.run(['undo', '--yes', '--json']));
      await world.endSupervisor();
      await world.ok(['outside', 'list', '--json']);
      const other = await world.run(['open', 'models-integ', '--json']);
      expect(other.exitStatus, other.err).toBe(0);
      expect(moved(before, stillness(...all))).toEqual([]);
      expect(world.git(['rev-parse', 'claude/x'])).toBe(branch);
      expect(world.git(['status', '--porcelain'], dir)).toBe('?? ops/');
      await world.ok(['open', '--close', 'models-integ', '--json']);
    },
  },
];

/** A commit on the remote's branch by somebody else, in a clone of theirs. Returns it. */
function pushedByOthers(world: FaultWorld, file = 'docs/theirs.md'): string {
  const clone = join(world.live, 'theirs');
  world.git(['clone', '--quiet', remoteOf(world), clone]);
  fs.mkdirSync(join(clone, file, '..'), { recursive: true });
  fs.writeFileSync(join(clone, file), 'theirs\n');
  world.git(['add', '--all'], clone);
  world.git(['commit', '--quiet', '--message', 'theirs'], clone);
  world.git(['push', '--quiet', 'origin', 'main'], clone);
  return world.git(['rev-parse', 'HEAD'], clone);
}
