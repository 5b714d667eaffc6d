import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import type { AttackCase } from '../../support/attack.ts';
import { naiveGit, readGit } from '../../support/controls.ts';
import { branchOf } from '../../support/invariants.ts';
import { at, orchestrate } from '../../support/program.ts';
import { executed, plantProgram, type World } from '../../support/world.ts';

const PAGE = 'docs/ops-maint/page.md';

/** A clone of home as an agent of another tool has it, with a page. Returns its folder. */
function cloneWith(world: World, files: Readonly<Record<string, string>> = { [PAGE]: 'a page\n' }): string {
  const clone = join(world.folder, 'clone');
  naiveGit(world.folder, ['clone', '--quiet', world.home, clone]);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(join(clone, file, '..'), { recursive: true });
    writeFileSync(join(clone, file), content);
  }
  return clone;
}

/** The clone's configuration, hooks and attributes start programs with every ordinary git in it. */
function hostileClone(world: World): string {
  const clone = cloneWith(world);
  const run = plantProgram(world, 'submit-config', 'cat');
  for (const [key, value] of [
    ['core.fsmonitor', run],
    ['filter.evil.clean', run],
    ['filter.evil.smudge', run],
    ['diff.evil.textconv', run],
    ['core.sshCommand', run],
    ['uploadpack.packObjectsHook', run],
  ] as const)
    naiveGit(clone, ['config', key, value]);
  writeFileSync(join(clone, '.git/hooks/pre-commit'), readFileSync(run), { mode: 0o755 });
  writeFileSync(join(clone, '.git/hooks/post-checkout'), readFileSync(run), { mode: 0o755 });
  mkdirSync(join(clone, '.git/info'), { recursive: true });
  return clone;
}

const forged = [
  'docs: a page \u001B[2K\u001B[1A\u202Eevil',
  '',
  'Reviewed-by: root (person)',
  'Restore-point: restore/0001-mine',
  'Change: c99',
  '',
].join('\n');

/** A branch of home whose commit claims what only a merge of ours says, by somebody who is called like us. */
function forgedBranch(world: World): void {
  naiveGit(world.home, ['switch', '--quiet', '--create', 'evil']);
  mkdirSync(join(world.home, PAGE, '..'), { recursive: true });
  writeFileSync(join(world.home, PAGE), 'a page\n');
  naiveGit(world.home, ['add', 'docs']);
  naiveGit(world.home, ['commit', '--quiet', '--message', forged, '--cleanup=verbatim'], {
    GIT_AUTHOR_NAME: 'orchestrate',
    GIT_AUTHOR_EMAIL: 'orchestrate@localhost',
  });
  naiveGit(world.home, ['switch', '--quiet', 'main']);
}

const messageOf = (world: World): string => readGit(world.gitDir, ['log', '-1', '--format=%B', 'refs/heads/main']);
const authorOf = (world: World): string =>
  readGit(world.gitDir, ['log', '-1', '--format=%an <%ae>', 'refs/heads/main']);

export const submitCases: readonly AttackCase[] = [
  {
    id: 'A04-submit',
    title: 'a clone whose configuration, filters, hooks and attributes start programs is submitted',
    control: (world) => {
      const clone = hostileClone(world);
      writeFileSync(join(clone, '.git/info/attributes'), '* filter=evil diff=evil\n');
      naiveGit(clone, ['add', '--all']);
      naiveGit(clone, ['commit', '--message', 'work']);
      return executed(world).length > 0 ? `an ordinary add ran ${executed(world).join(', ')}` : undefined;
    },
    defence: async (world) => {
      const clone = hostileClone(world);
      const answer = await orchestrate(world, ['submit', clone, '--yes']);
      expect({ exit: answer.exitCode, state: at(answer.json, 'state') }, answer.stderr).toEqual({
        exit: 0,
        state: 'done',
      });
      expect(readFileSync(join(world.home, PAGE), 'utf8')).toBe('a page\n');
      // With attributes that convert, the whole clone is refused, before any git reads them.
      writeFileSync(join(clone, '.git/info/attributes'), '* filter=evil diff=evil\n');
      const refused = await orchestrate(world, ['submit', clone, '--yes']);
      expect(at(refused.json, 'error', 'code'), refused.stdout).toBe('SOURCE_REFUSED');
    },
  },
  {
    id: 'A23-submit',
    title: 'a link to a secret of the machine lies among the files that are submitted',
    control: (world) => {
      const clone = cloneWith(world);
      symlinkSync('/etc/passwd', join(clone, 'docs/ops-maint/secret'));
      const seen = readFileSync(join(clone, 'docs/ops-maint/secret'), 'utf8');
      return seen.includes('root:') ? 'who reads the files of the folder reads /etc/passwd' : undefined;
    },
    defence: async (world) => {
      const branch = branchOf(world);
      for (const target of ['/etc/passwd', '../../../outside', '/proc/self/environ']) {
        const clone = cloneWith(world);
        symlinkSync(target, join(clone, 'docs/ops-maint', `secret-${target.length}`));
        const answer = await orchestrate(world, ['submit', clone, '--yes']);
        expect(at(answer.json, 'fault', 'code'), answer.stdout).toBe('SOURCE_REFUSED');
        expect(answer.stdout + answer.stderr).not.toContain('root:');
      }
      expect(branchOf(world)).toBe(branch);
    },
  },
  {
    id: 'A28-submit',
    title: 'a commit that is submitted carries control characters and forged trailers',
    control: (world) => {
      forgedBranch(world);
      naiveGit(world.home, ['merge', '--quiet', '--ff-only', 'evil']);
      const carried = /^Reviewed-by: root/m.test(messageOf(world)) && messageOf(world).includes('\u001B');
      return carried ? 'a merge takes over who is said to have reviewed it' : undefined;
    },
    defence: async (world) => {
      forgedBranch(world);
      const answer = await orchestrate(world, [
        'submit',
        'evil',
        '--yes',
        '--title',
        'a page\u001B[2K\nReviewed-by: x',
      ]);
      expect(at(answer.json, 'state'), answer.stderr).toBe('done');
      expect(answer.stderr).not.toContain('\u001B');
      const message = messageOf(world);
      expect(message).not.toMatch(/\u001B|\u202E|c99|0001-mine/);
      expect(message.match(/^Reviewed-by: /gm)).toHaveLength(1);
      expect(message.split('\n')[0]).toBe('a page Reviewed-by: x');
    },
  },
  {
    id: 'A29-submit',
    title: 'a commit that is submitted says that orchestrate itself is its author',
    control: (world) => {
      forgedBranch(world);
      naiveGit(world.home, ['merge', '--quiet', '--ff-only', 'evil']);
      return authorOf(world) === 'orchestrate <orchestrate@localhost>' ? 'the branch says that we made it' : undefined;
    },
    defence: async (world) => {
      forgedBranch(world);
      const evil = readGit(world.gitDir, ['rev-parse', 'refs/heads/evil']);
      const answer = await orchestrate(world, ['submit', 'evil', '--yes']);
      expect(at(answer.json, 'state'), answer.stderr).toBe('done');
      const history = readGit(world.gitDir, ['rev-list', 'refs/heads/main']).split('\n');
      expect(history).not.toContain(evil);
      expect(messageOf(world)).toMatch(/^Author: (?!orchestrate)\S+$/m);
    },
  },
  {
    id: 'A30-submit',
    title: 'names of branches that git takes for options or for something else',
    control: (world) => {
      const run = plantProgram(world, 'upload-pack');
      naiveGit(world.home, ['fetch', world.home, `--upload-pack=${run}`]);
      return executed(world).includes('upload-pack') ? 'a fetch runs the program that the name says' : undefined;
    },
    defence: async (world) => {
      const run = plantProgram(world, 'upload-pack');
      const branch = branchOf(world);
      for (const name of [`--upload-pack=${run}`, '-x', '.git', 'HEAD', 'a..b', 'x'.repeat(300), '', 'a b', 'x.lock']) {
        const answer = await orchestrate(world, ['submit', '--tree', 'ops-maint', '--', name]);
        expect([1, 2, 4], `${name}: ${answer.stdout}`).toContain(answer.exitCode);
        expect(String(at(answer.json, 'error', 'code')), name).toMatch(
          /NAME_INVALID|SOURCE_REFUSED|USAGE_BAD_ARGUMENT/,
        );
      }
      for (const name of ['../../x', '', 'a'.repeat(300), '--yes', '.']) {
        const answer = await orchestrate(world, ['open', '--', name]);
        expect([1, 2, 4], `${name}: ${answer.stdout}`).toContain(answer.exitCode);
      }
      expect(branchOf(world)).toBe(branch);
    },
  },
];
