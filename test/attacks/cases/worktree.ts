import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { stopOwnProcesses } from '../../../demo/run/processes.ts';
import {
  type AttackCase,
  expectTamperTold,
  lookAround,
  resumeAndMerge,
  tamperRow,
  upgradeToHostile,
  upgradeUntil,
} from '../../support/attack.ts';
import { naiveFlow, naiveGit, readGit, runPython } from '../../support/controls.ts';
import { branchOf } from '../../support/invariants.ts';
import { at, listAt, orchestrate, textAt } from '../../support/program.ts';
import { executed, plantProgram, type World } from '../../support/world.ts';

const text = (value: string): string => JSON.stringify(value);
const NOTES = 'docs/env-setup/notes.txt';

const write = (path: string, content: string): string => `open(${text(path)}, 'w').write(${text(content)})`;

/** A repository of the attacker's own, whose configuration starts a program. Returns its `.git`. */
function ownRepository(world: World, name = 'own'): string {
  const folder = join(world.folder, name);
  mkdirSync(folder);
  naiveGit(folder, ['init', '--quiet']);
  writeFileSync(join(folder, 'file.txt'), 'bait\n');
  naiveGit(folder, ['add', '--all']);
  naiveGit(folder, ['commit', '--quiet', '--message', 'bait']);
  const run = plantProgram(world, `${name}-fsmonitor`);
  const clean = plantProgram(world, `${name}-clean`, 'cat');
  writeFileSync(
    join(folder, '.git', 'config'),
    `[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tfsmonitor = ${run}\n[filter "x"]\n\tclean = ${clean}\n`,
  );
  return join(folder, '.git');
}

const repointed = (world: World): string => write(join(world.slot, '.git'), `gitdir: ${ownRepository(world)}\n`);

const replacedBy: Readonly<Record<'folder' | 'link' | 'fifo', (world: World) => string>> = {
  folder: (world) =>
    `import os, shutil\nos.remove(${text(`${world.slot}/.git`)})\nshutil.copytree(${text(ownRepository(world))}, ${text(`${world.slot}/.git`)})`,
  link: (world) =>
    `import os\nos.remove(${text(`${world.slot}/.git`)})\nos.symlink(${text(ownRepository(world))}, ${text(`${world.slot}/.git`)})`,
  fifo: (world) => `import os\nos.remove(${text(`${world.slot}/.git`)})\nos.mkfifo(${text(`${world.slot}/.git`)})`,
};
const KINDS = ['folder', 'link', 'fifo'] as const;

/** Beside it an administration of a name that no slot has, which must not keep a supervisor from starting. */
const removed = (world: World): string =>
  `import os\nos.remove(${text(`${world.slot}/.git`)})\nos.mkdir(${text(`${world.gitDir}/worktrees/No Slot`)})`;
const nested = (world: World): string =>
  `import shutil\nshutil.copytree(${text(join(ownRepository(world, 'nested'), '..'))}, ${text(`${world.slot}/docs/env-setup/nested`)})`;
const headOnMain = (world: World): string => write(join(world.admin, 'HEAD'), 'ref: refs/heads/main\n');
const halfMerge = (world: World): string => {
  // Beside the history: git leaves out a parent that another one has already.
  const root = readGit(world.gitDir, ['rev-list', '--max-parents=0', 'refs/heads/main']);
  const other = readGit(world.gitDir, ['commit-tree', 'refs/heads/main^{tree}', '-p', root, '-m', 'as agreed']);
  return [
    'import os',
    ...[world.admin, world.gitDir].flatMap((dir) => [
      write(`${dir}/MERGE_HEAD`, `${other}\n`),
      write(`${dir}/MERGE_MSG`, 'as agreed\n'),
      write(`${dir}/ORIG_HEAD`, `${other}\n`),
    ]),
    `os.makedirs(${text(`${world.admin}/sequencer`)}, exist_ok=True)`,
    write(`${world.admin}/sequencer/todo`, `pick ${other} as agreed\n`),
  ].join('\n');
};
const hidden = (world: World): string =>
  [
    'import os, subprocess',
    `subprocess.run(['git', '-C', ${text(world.slot)}, 'update-index', '--assume-unchanged', 'docs/env-setup/first.txt'], check=True)`,
    `subprocess.run(['git', '-C', ${text(world.slot)}, 'update-index', '--skip-worktree', 'docs/env-setup/second.txt'], check=True)`,
    `open(${text(`${world.gitDir}/info/exclude`)}, 'a').write('third.txt\\n')`,
    ...['first', 'second', 'third'].map((name) =>
      write(`${world.slot}/docs/env-setup/${name}.txt`, `${name}: hidden\n`),
    ),
  ].join('\n');

/** An edit of the person's that no script may commit for them. */
const edit = (world: World): void => writeFileSync(join(world.home, 'CLAUDE.md'), 'half a thought\n');
const mainMoved = (world: World, before: string, harm: string): string | undefined =>
  branchOf(world) === before ? undefined : harm;

async function toldWithin(world: World, run: string): Promise<number> {
  const tail = await orchestrate(world, ['journal', 'tail', '--run', run, '--kind', 'run.resumed', '--limit', '1']);
  return (await tamperRow(world)).atMs - Number(at(listAt(tail.json, 'rows').at(-1), 'atMs'));
}

const pathsOf = (answer: unknown): readonly string[] =>
  listAt(answer, 'change', 'paths').map((one) => textAt(one, 'path'));

/** Attacks by what a work tree says about itself. */
export const worktreeCases: readonly AttackCase[] = [
  {
    id: 'A10',
    title: "a package points the slot's .git at a repository of its own",
    control(world) {
      runPython(repointed(world));
      naiveFlow(world);
      return executed(world).includes('own-fsmonitor') ? "a program of the attacker's repository was run" : undefined;
    },
    async defence(world) {
      const branch = branchOf(world);
      const answer = await upgradeToHostile(world, repointed(world));
      const run = await expectTamperTold(world, answer, { items: ['trees/env-setup/.git'], branch });
      await lookAround(world);
      // A supervisor that starts anew finds the slot as it was left: the run's work is still in it.
      await stopOwnProcesses(world.folder);
      const merged = await resumeAndMerge(world, run);
      expect(pathsOf(merged.json)).toEqual(['requirements.in', 'requirements.lock']);
    },
  },
  {
    id: 'A11',
    title: "the slot's .git becomes a folder, a link, a FIFO",
    async control(world) {
      const harm: string[] = [];
      for (const kind of KINDS) {
        await world.reset();
        edit(world);
        const before = branchOf(world);
        runPython(replacedBy[kind](world));
        naiveFlow(world);
        if (executed(world).includes('own-fsmonitor')) harm.push(`${kind}: a program was run`);
        else if (branchOf(world) !== before) harm.push(`${kind}: the branch moved with the person's edit`);
      }
      return harm.length === KINDS.length ? harm.join('; ') : undefined;
    },
    async defence(world) {
      for (const kind of KINDS) {
        await world.reset();
        edit(world);
        const branch = branchOf(world);
        const run = await upgradeUntil(world, 'lock', replacedBy[kind](world));
        await expectTamperTold(world, await orchestrate(world, ['runs', 'resume', run]), {
          items: ['trees/env-setup/.git'],
          branch,
        });
        expect(await toldWithin(world, run)).toBeLessThan(2_000);
        await lookAround(world);
      }
      expect(readFileSync(join(world.home, 'CLAUDE.md'), 'utf8')).toBe('half a thought\n');
    },
  },
  {
    id: 'A12',
    title: "a package removes the slot's .git, so that git finds home instead",
    control(world) {
      edit(world);
      const before = branchOf(world);
      runPython(removed(world));
      naiveFlow(world);
      return mainMoved(world, before, "the person's edit was committed to the branch");
    },
    async defence(world) {
      edit(world);
      const branch = branchOf(world);
      const answer = await upgradeToHostile(world, removed(world));
      await expectTamperTold(world, answer, { items: ['trees/env-setup/.git'], branch });
      expect(textAt(answer.json, 'fault', 'message')).toContain('trees/env-setup/.git removed');
      await lookAround(world);
      await stopOwnProcesses(world.folder);
      await resumeAndMerge(world, textAt(answer.json, 'run'));
      expect(readGit(world.gitDir, ['rev-parse', 'refs/heads/main^'])).toBe(branch);
      expect(readGit(world.gitDir, ['show', 'refs/heads/main:CLAUDE.md'])).not.toContain('half a thought');
      expect(readFileSync(join(world.home, 'CLAUDE.md'), 'utf8')).toBe('half a thought\n');
    },
  },
  {
    id: 'A13',
    title: 'a package leaves a repository of its own inside of the slot',
    control(world) {
      runPython(nested(world));
      naiveFlow(world);
      naiveGit(world.slot, ['status', '--short']);
      return executed(world).includes('nested-fsmonitor') ? 'a program of the nested repository was run' : undefined;
    },
    async defence(world) {
      const branch = branchOf(world);
      const answer = await upgradeToHostile(world, nested(world));
      expect({ exitCode: answer.exitCode, code: at(answer.json, 'fault', 'code') }).toEqual({
        exitCode: 7,
        code: 'TREE_REFUSED',
      });
      expect(textAt(answer.json, 'fault', 'message')).toContain('nested repository');
      await lookAround(world);
      expect(branchOf(world)).toBe(branch);
      rmSync(join(world.slot, 'docs/env-setup/nested'), { recursive: true });
      await resumeAndMerge(world, textAt(answer.json, 'run'));
    },
  },
  {
    id: 'A14',
    title: "a package puts the work tree's HEAD on the branch",
    control(world) {
      const before = branchOf(world);
      runPython(`${headOnMain(world)}\n${write(join(world.slot, NOTES), 'sneaked in\n')}`);
      naiveGit(world.slot, ['commit', '--quiet', '--all', '--message', 'work of an agent']);
      return mainMoved(world, before, 'the branch moved without a review');
    },
    async defence(world) {
      const branch = branchOf(world);
      const answer = await upgradeToHostile(world, headOnMain(world));
      const run = await expectTamperTold(world, answer, { items: ['worktrees/env-setup/HEAD'], branch });
      const merged = await resumeAndMerge(world, run);
      expect(pathsOf(merged.json)).toEqual(['requirements.in', 'requirements.lock']);
      expect(readGit(world.gitDir, ['rev-parse', 'refs/heads/main^'])).toBe(branch);
    },
  },
  {
    id: 'A15',
    title: 'a package forges a merge in progress',
    control(world) {
      runPython(halfMerge(world));
      runPython(write(join(world.slot, NOTES), 'more\n'));
      naiveGit(world.slot, ['commit', '--quiet', '--all', '--message', 'work of an agent']);
      const parents = readGit(world.gitDir, [
        'log',
        '-1',
        '--format=%P',
        naiveGit(world.slot, ['rev-parse', 'HEAD']).out.trim(),
      ]).split(' ');
      return parents.length === 2 ? 'the commit got a parent that nobody chose' : undefined;
    },
    async defence(world) {
      const branch = branchOf(world);
      const answer = await upgradeToHostile(world, halfMerge(world));
      const run = await expectTamperTold(world, answer, {
        items: ['worktrees/env-setup/MERGE_HEAD', 'worktrees/env-setup/sequencer'],
        branch,
      });
      await resumeAndMerge(world, run);
      expect(readGit(world.gitDir, ['log', '-1', '--format=%P', 'refs/heads/main'])).toBe(branch);
    },
  },
  {
    id: 'A22',
    title: 'files are hidden by assume-unchanged, skip-worktree and info/exclude',
    control(world) {
      runPython(hidden(world));
      naiveGit(world.slot, ['add', '--all']);
      const staged = naiveGit(world.slot, ['diff', '--cached', '--name-only', 'HEAD']).out;
      return ['first', 'second', 'third'].some((name) => staged.includes(`${name}.txt`))
        ? undefined
        : 'none of the three files was seen';
    },
    async defence(world) {
      const branch = branchOf(world);
      const run = await upgradeUntil(world, 'lock', hidden(world));
      await expectTamperTold(world, await orchestrate(world, ['runs', 'resume', run]), {
        items: ['info/exclude'],
        branch,
      });
      const merged = await resumeAndMerge(world, run);
      const names = ['docs/env-setup/first.txt', 'docs/env-setup/second.txt', 'docs/env-setup/third.txt'];
      expect(pathsOf(merged.json)).toEqual(expect.arrayContaining(names));
      for (const name of names) expect(readGit(world.gitDir, ['show', `refs/heads/main:${name}`])).toMatch(/: hidden$/);
    },
  },
  {
    id: 'A79',
    title: 'a file of the slot changes after the approval and before the merge',
    async control(world) {
      await upgradeUntil(world, 'lock');
      const shown = naiveGit(world.slot, ['diff', 'HEAD']).out;
      runPython(write(join(world.slot, 'requirements.lock'), 'evil==1\n'));
      naiveFlow(world);
      const merged = readGit(world.gitDir, ['show', 'refs/heads/main:requirements.lock']);
      return merged === 'evil==1' && !shown.includes('evil') ? 'other bytes were merged than were shown' : undefined;
    },
    async defence(world) {
      const branch = branchOf(world);
      const asked = await orchestrate(world, ['run', 'upgrade pytorch']);
      const change = textAt(asked.json, 'change', 'change');
      writeFileSync(join(world.home, 'requirements.lock'), '# an edit of the person\n');
      const held = await orchestrate(world, ['review', 'approve', change]);
      expect({ exitCode: held.exitCode, code: at(held.json, 'change', 'held', 'code') }).toEqual({
        exitCode: 7,
        code: 'HOME_DIRTY',
      });
      runPython(write(join(world.slot, 'requirements.lock'), 'evil==1\n'));
      execFileSync('git', ['-C', world.home, 'checkout', '--quiet', '--', 'requirements.lock']);
      const refused = await orchestrate(world, ['runs', 'resume', textAt(asked.json, 'run')]);
      expect({ exitCode: refused.exitCode, code: at(refused.json, 'change', 'held', 'code') }).toEqual({
        exitCode: 7,
        code: 'CHANGE_MOVED',
      });
      expect(branchOf(world)).toBe(branch);
    },
  },
];
