import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { type AttackCase, expectMerged, expectUndo, upgradeUntil } from '../../support/attack.ts';
import { naiveFlow, naiveGit, readGit, readGitBytes, runPython } from '../../support/controls.ts';
import { branchOf } from '../../support/invariants.ts';
import { at, type Answer, listAt, orchestrate, textAt } from '../../support/program.ts';
import { executed, plantProgram, type World } from '../../support/world.ts';

const text = (value: string): string => JSON.stringify(value);
const DOCS = 'docs/env-setup';
const write = (path: string, content: string): string => `open(${text(path)}, 'w').write(${text(content)})`;

/** The run waits for a review of what the payload, which touches no file of git's, made of the slot. */
async function askReview(
  world: World,
  payload: string,
): Promise<{ run: string; change: string; diff: Answer; show: Answer }> {
  const started = await orchestrate(world, ['run', 'upgrade pytorch', '--until', 'lock']);
  const run = textAt(started.json, 'run');
  runPython(payload);
  const asked = await orchestrate(world, ['runs', 'resume', run]);
  expect(at(asked.json, 'waiting', 'what'), asked.stderr).toBe('review');
  const change = textAt(asked.json, 'change', 'change');
  return {
    run,
    change,
    diff: await orchestrate(world, ['review', 'diff', change]),
    show: await orchestrate(world, ['review', 'show', change]),
  };
}

async function approve(world: World, change: string): Promise<Answer> {
  const merged = await orchestrate(world, ['review', 'approve', change]);
  expect({ exitCode: merged.exitCode, state: at(merged.json, 'state') }, merged.stderr).toEqual({
    exitCode: 0,
    state: 'done',
  });
  return merged;
}

const SECRET = 'the-words-of-a-secret-file';
const secretOf = (world: World): string => join(world.folder, 'secret');
const LINKS = ['passwd', 'environ', 'own'] as const;
const linked = (world: World): string =>
  [
    'import os',
    ...(
      [
        ['passwd', '/etc/passwd'],
        ['environ', '/proc/self/environ'],
        ['own', secretOf(world)],
      ] as const
    ).map(([name, target]) => `os.symlink(${text(target)}, ${text(`${world.slot}/${DOCS}/${name}`)})`),
  ].join('\n');

/** Swaps a folder and a link to the victim's folder, as fast as it can, until its file is removed. */
function startSwapper(world: World, dir: string): { stop: () => Promise<number> } {
  const flag = join(world.folder, 'swapping');
  writeFileSync(flag, '');
  const code = `
import os, time
d, away, link = ${text(dir)}, ${text(`${dir}.away`)}, ${text(`${dir}.link`)}
n = 0
while os.path.exists(${text(flag)}):
    try:
        os.symlink(${text(world.victim)}, link)
    except FileExistsError:
        pass
    try:
        os.rename(d, away)
        os.rename(link, d)
        time.sleep(0.001)
        os.rename(d, link)
        os.rename(away, d)
        n += 1
    except OSError:
        # Somebody made a folder in the gap: what is in it stays, and is looked at by the test.
        if os.path.isdir(away) and not os.path.lexists(d):
            os.rename(away, d)
        elif os.path.isdir(away) and os.path.islink(d):
            os.unlink(d)
            os.rename(away, d)
    time.sleep(0.002)
print(n)
`;
  const child = spawn('python3', ['-I', '-c', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
  return {
    async stop() {
      rmSync(flag, { force: true });
      if (child.exitCode === null) await once(child, 'close');
      rmSync(`${dir}.link`, { force: true });
      return Number(out);
    },
  };
}

const victimIs = (world: World): string =>
  readdirSync(world.victim)
    .sort()
    .map((name) => `${name}: ${readFileSync(join(world.victim, name), 'utf8')}`)
    .join('');

/** Names that a file system or a git could take for something else, as bytes of a tree entry. */
const HOSTILE_ENTRIES = ['.git', '.GIT', 'git~1', '.g\u200cit', '..', 'a/b', '.'] as const;

/** A commit on the branch whose tree has the name as an entry: made by hand, as no git makes one. */
function commitWithEntry(world: World, name: string): string {
  const made = (args: readonly string[], input: Buffer | string): string => {
    const ended = spawnSync('git', ['--git-dir', world.gitDir, ...args], { input });
    if (ended.status !== 0) throw new Error(ended.stderr.toString());
    return ended.stdout.toString().trim();
  };
  const blob = made(['hash-object', '-w', '--stdin'], 'hostile\n');
  const below = Buffer.concat([Buffer.from(`100644 ${name}\0`), Buffer.from(blob, 'hex')]);
  const tree = made(['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'], below);
  const base = readGitBytes(world.gitDir, ['cat-file', 'tree', 'refs/heads/main^{tree}']);
  const entry = Buffer.concat([Buffer.from('40000 zz\0'), Buffer.from(tree, 'hex')]);
  const root = made(['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'], Buffer.concat([base, entry]));
  const commit = made(
    ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit-tree', root, '-p', 'refs/heads/main', '-m', 'x'],
    '',
  );
  return commit;
}

const ODD_NAMES = ['new\nline.txt', ':(exclude)x.txt', '-rf', '--upload-pack=x', 'tab\tand "quotes"'] as const;
const odd = (world: World): string =>
  ODD_NAMES.map((name) => write(`${world.slot}/${DOCS}/${name}`, `${JSON.stringify(name)}\n`)).join('\n');

const COLLIDING = [
  ['README', 'readme'],
  ['caf\u00e9', 'cafe\u0301'],
] as const;

const BAD_NAMES = ['.git', '-x', '--upload-pack=evil', 'HEAD', 'a..b', 'x'.repeat(300), ''] as const;

const FORGED = { name: 'Linus Torvalds', email: 'torvalds@linux-foundation.example' };
/** The person's own identity is what the configuration says, if nothing else says it. */
const forged = (world: World): string =>
  `open(${text(`${world.gitDir}/config`)}, 'a').write(${text(`[user]\n\tname = ${FORGED.name}\n\temail = ${FORGED.email}\n`)})`;

const restoreTags = (gitDir: string): readonly string[] =>
  readGit(gitDir, ['for-each-ref', '--format=%(refname) %(objectname)', 'refs/tags/restore/']).split('\n');

/** Attacks by what something is called, and by what a name leads to. */
export const nameCases: readonly AttackCase[] = [
  {
    id: 'A23',
    title: 'links in the slot lead to files that are nobody’s business',
    control(world) {
      writeFileSync(secretOf(world), SECRET);
      runPython(linked(world));
      // What copies a folder to look at it follows links, unless it is told not to.
      const copy = join(world.folder, 'copy');
      cpSync(join(world.slot, DOCS), copy, { recursive: true, dereference: true });
      return readFileSync(join(copy, 'own'), 'utf8') === SECRET
        ? 'the bytes of a secret file were taken along'
        : undefined;
    },
    async defence(world) {
      writeFileSync(secretOf(world), SECRET);
      const { change, diff, show } = await askReview(world, linked(world));
      await approve(world, change);
      for (const { stdout, stderr } of [diff, show]) {
        expect(stdout + stderr).not.toContain(SECRET);
        expect(stdout + stderr).not.toContain('root:x:0:0');
      }
      expect(textAt(diff.json, 'patch')).toContain('+/etc/passwd');
      for (const name of LINKS) {
        const entry = readGit(world.gitDir, ['ls-tree', 'refs/heads/main', `${DOCS}/${name}`]);
        expect(entry).toMatch(/^120000 blob /);
      }
      expect(readGit(world.gitDir, ['cat-file', 'blob', `refs/heads/main:${DOCS}/own`])).toBe(secretOf(world));
      expect(readGit(world.gitDir, ['cat-file', 'blob', `refs/heads/main:${DOCS}/environ`])).toBe('/proc/self/environ');
    },
  },
  {
    id: 'A24',
    title: 'a folder of home and of the slot is swapped for a link while the program writes there',
    async control(world) {
      const before = victimIs(world);
      const dir = join(world.home, DOCS);
      const swapper = startSwapper(world, dir);
      try {
        for (let times = 0; times < 3_000 && victimIs(world) === before; times++) {
          try {
            // A script that looks first, and then writes by the name.
            if (existsSync(dir)) writeFileSync(join(dir, 'notes.txt'), 'from a script\n');
          } catch {
            // It came in the gap.
          }
        }
      } finally {
        await swapper.stop();
      }
      return victimIs(world) === before ? undefined : 'a file was written outside of home';
    },
    async defence(world) {
      const before = victimIs(world);
      const inSlot = startSwapper(world, join(world.slot, DOCS));
      let run: string;
      try {
        const started = await orchestrate(world, ['run', 'upgrade pytorch', '--until', 'lock']);
        run = textAt(started.json, 'run');
      } finally {
        expect(await inSlot.stop()).toBeGreaterThan(0);
      }
      expect(victimIs(world)).toBe(before);
      await orchestrate(world, ['runs', 'cancel', run]);
      const { run: next, change } = await askReview(world, write(`${world.slot}/${DOCS}/notes.txt`, 'from a slot\n'));
      const inHome = startSwapper(world, join(world.home, DOCS));
      let answer: Answer;
      try {
        answer = await orchestrate(world, ['review', 'approve', change]);
      } finally {
        expect(await inHome.stop()).toBeGreaterThan(0);
      }
      expect([0, 7]).toContain(answer.exitCode);
      expect(victimIs(world)).toBe(before);
      if (answer.exitCode !== 0) await orchestrate(world, ['runs', 'resume', next]);
      expect(victimIs(world)).toBe(before);
    },
  },
  {
    id: 'A25',
    title: 'a commit on the branch has entries called .git, .GIT, git~1, .g(ZWNJ)it, .., a/b',
    control(world) {
      const clones = HOSTILE_ENTRIES.map((name, index) => {
        const commit = commitWithEntry(world, name);
        readGit(world.gitDir, ['update-ref', 'refs/heads/hostile', commit]);
        const copy = join(world.folder, `clone-${index}.git`);
        naiveGit(world.folder, ['clone', '--quiet', '--bare', '--no-local', '--branch', 'hostile', world.home, copy]);
        return naiveGit(copy, ['cat-file', '-e', commit]).status === 0;
      });
      return clones.every(Boolean) ? 'an ordinary clone takes every one of them' : undefined;
    },
    async defence(world) {
      const branch = branchOf(world);
      for (const name of HOSTILE_ENTRIES) {
        const commit = commitWithEntry(world, name);
        readGit(world.gitDir, ['update-ref', 'refs/heads/main', commit]);
        const refused = await orchestrate(world, ['run', 'upgrade pytorch', '--yes']);
        expect(refused.exitCode, `${JSON.stringify(name)}: ${refused.stderr}`).not.toBe(0);
        expect(branchOf(world)).toBe(commit);
        // Nothing of it is in the store.
        expect(naiveGit(world.store, ['cat-file', '-e', commit]).status).not.toBe(0);
        readGit(world.gitDir, ['update-ref', 'refs/heads/main', branch]);
      }
      expect(readGit(world.store, ['fsck', '--connectivity-only', '--no-dangling'])).toBe('');
    },
  },
  {
    id: 'A26',
    title: 'files are called like options, pathspecs and lines of output, and not in UTF-8',
    control(world) {
      runPython(odd(world));
      naiveGit(join(world.slot, DOCS), ['add', ':(exclude)x.txt']);
      const staged = naiveGit(world.slot, ['diff', '--cached', '--name-only', '-z', 'HEAD']).out.split('\0');
      return staged.includes(`${DOCS}/-rf`) ? 'other files were taken along than the one that was named' : undefined;
    },
    async defence(world) {
      const bad = `open(${text(`${world.slot}/${DOCS}/`)}.encode() + b'b\\xffd', 'w').write('x')`;
      const started = await orchestrate(world, ['run', 'upgrade pytorch', '--until', 'lock']);
      const run = textAt(started.json, 'run');
      runPython(`${odd(world)}\n${bad}`);
      const refused = await orchestrate(world, ['runs', 'resume', run]);
      expect(at(refused.json, 'fault', 'code')).toBe('TREE_REFUSED');
      expect(textAt(refused.json, 'fault', 'message')).toContain(String.raw`b\xffd (name not UTF-8)`);
      runPython(`import os\nos.remove(${text(`${world.slot}/${DOCS}/`)}.encode() + b'b\\xffd')`);
      const asked = await orchestrate(world, ['runs', 'resume', run]);
      expect(at(asked.json, 'waiting', 'what'), asked.stderr).toBe('review');
      const change = textAt(asked.json, 'change', 'change');
      // A name never makes a line of its own.
      for (const line of asked.stderr.split('\n')) expect(line).not.toMatch(/^line\.txt/);
      await approve(world, change);
      const names = readGitBytes(world.gitDir, ['ls-tree', '-z', '--name-only', 'refs/heads/main', `${DOCS}/`])
        .toString()
        .split('\0');
      for (const name of ODD_NAMES) expect(names).toContain(`${DOCS}/${name}`);
      for (const name of ODD_NAMES)
        expect(readFileSync(join(world.home, DOCS, name), 'utf8')).toBe(`${JSON.stringify(name)}\n`);
      await expectUndo(world);
      for (const name of ODD_NAMES) expect(existsSync(join(world.home, DOCS, name))).toBe(false);
    },
  },
  {
    id: 'A27',
    title: 'two names are one on file systems that fold case or Unicode forms',
    control(world) {
      for (const name of COLLIDING.flat()) writeFileSync(join(world.slot, DOCS, name), name);
      naiveFlow(world);
      const names = readGit(world.gitDir, ['ls-tree', '-z', '--name-only', 'refs/heads/main', `${DOCS}/`]).split('\0');
      return COLLIDING.flat().every((name) => names.includes(`${DOCS}/${name}`))
        ? 'both are on the branch: on another file system one takes the place of the other'
        : undefined;
    },
    async defence(world) {
      const branch = branchOf(world);
      for (const [one, other] of COLLIDING) {
        const started = await orchestrate(world, ['run', 'upgrade pytorch', '--until', 'lock']);
        const run = textAt(started.json, 'run');
        for (const name of [one, other]) writeFileSync(join(world.slot, DOCS, name), name);
        const refused = await orchestrate(world, ['runs', 'resume', run]);
        expect({ exitCode: refused.exitCode, code: at(refused.json, 'fault', 'code') }).toEqual({
          exitCode: 7,
          code: 'TREE_REFUSED',
        });
        const message = textAt(refused.json, 'fault', 'message');
        for (const name of [one, other]) expect(message).toContain(`${DOCS}/${name}`);
        expect(branchOf(world)).toBe(branch);
        await orchestrate(world, ['runs', 'cancel', run]);
        for (const name of [one, other]) rmSync(join(world.slot, DOCS, name));
      }
    },
  },
  {
    id: 'A29',
    title: 'a package says who commits, in configuration and environment, with lines of its own',
    control(world) {
      runPython(`${forged(world)}\n${write(`${world.slot}/${DOCS}/notes.txt`, 'as Linus\n')}`);
      const env = { GIT_AUTHOR_NAME: undefined, GIT_AUTHOR_EMAIL: undefined } as unknown as Record<string, string>;
      naiveGit(world.slot, ['commit', '--quiet', '--all', '--message', 'work'], env);
      const author = naiveGit(world.slot, ['log', '-1', '--format=%an']).out.trim();
      return author === FORGED.name ? 'the commit is by somebody who never saw it' : undefined;
    },
    async defence(world) {
      const branch = branchOf(world);
      const run = await upgradeUntil(world, 'lock', forged(world));
      const env = {
        GIT_AUTHOR_NAME: 'Boss\nReviewed-by: everybody',
        GIT_AUTHOR_EMAIL: 'boss@example.invalid',
        GIT_COMMITTER_NAME: 'Boss',
        GIT_COMMITTER_EMAIL: 'boss@example.invalid',
      };
      // A name in the configuration makes git run nothing: it is not told, and not obeyed.
      await expectMerged(world, await orchestrate(world, ['runs', 'resume', run], env));
      expect(readGit(world.gitDir, ['rev-parse', 'refs/heads/main^'])).toBe(branch);
      const ours = 'orchestrate <orchestrate@localhost>';
      const [author, committer, trailers = ''] = readGit(world.gitDir, [
        'log',
        '-1',
        '--format=%an <%ae>%x00%cn <%ce>%x00%(trailers:key=Reviewed-by)',
        'refs/heads/main',
      ]).split('\0');
      expect([author, committer]).toEqual([ours, ours]);
      expect(trailers.trim().split('\n')).toHaveLength(1);
      expect(trailers).not.toContain('everybody');
      for (const tag of restoreTags(world.store))
        expect(readGit(world.store, ['cat-file', 'tag', tag.split(' ')[1] ?? ''])).not.toContain('Boss');
    },
  },
  {
    id: 'A30',
    title: 'names of branches, trees, slots, playbooks and restore points are options, paths and nothing',
    control(world) {
      const program = plantProgram(world, 'upload-pack');
      naiveGit(world.folder, ['ls-remote', `--upload-pack=${program}`, world.home]);
      return executed(world).includes('upload-pack') ? 'a name that is an option was run as a program' : undefined;
    },
    async defence(world) {
      const branch = branchOf(world);
      const program = plantProgram(world, 'upload-pack');
      const before = readdirSync(world.folder).sort();
      for (const name of [...BAD_NAMES, `--upload-pack=${program}`]) {
        for (const args of [
          ['init', join(world.folder, 'other'), `--branch=${name}`, '--comfyui', join(world.folder, 'demo/comfyui')],
          ['trees', 'clean', '--', name],
          ['restore', 'to', '--yes', '--', name],
          ['trash', 'restore', '--', name],
        ]) {
          const answer = await orchestrate(world, args);
          expect([1, 2, 4, 5], `${args.join(' ')}: ${answer.stderr}${answer.stdout}`).toContain(answer.exitCode);
          expect(textAt(answer.json, 'error', 'code'), `${args.join(' ')}`).toMatch(/^[A-Z]+(_[A-Z]+)+$/);
        }
      }
      expect(readdirSync(world.folder).sort()).toEqual(before);
      expect(branchOf(world)).toBe(branch);
      expect(executed(world)).toEqual([]);
    },
  },
  {
    id: 'A82',
    title: 'restore tags are deleted and moved, in home and in the store',
    control(world) {
      const [first = ''] = restoreTags(world.gitDir).map((line) => line.split(' ')[0] ?? '');
      naiveGit(world.home, ['tag', '-d', first.replace('refs/tags/', '')]);
      const back = naiveGit(world.home, ['checkout', '--quiet', '--detach', first]);
      return back.status === 0 ? undefined : 'who goes back by the tag finds nothing';
    },
    async defence(world) {
      const before = { home: restoreTags(world.gitDir), store: restoreTags(world.store) };
      expect(before.home).toEqual(before.store);
      const refs = before.home.map((line) => line.split(' ')[0] ?? '');
      const [first = '', second = ''] = refs;
      const other = branchOf(world);
      for (const gitDir of [world.gitDir, world.store]) readGit(gitDir, ['update-ref', '-d', first]);
      readGit(world.gitDir, ['update-ref', second, other]);
      // Whoever looks is told, before anything is made again.
      const listed = await orchestrate(world, ['restore', 'list']);
      expect(listAt(listed.json, 'broken').map((one) => [at(one, 'where'), at(one, 'tag')])).toEqual([
        ['store', first.replace('refs/tags/', '')],
        ['home', first.replace('refs/tags/', '')],
        ['home', second.replace('refs/tags/', '')],
      ]);
      expect(at((await orchestrate(world, ['doctor'])).json, 'ok')).toBe(false);
      // A way back works, as if nobody had touched them.
      await expectUndo(world);
      for (const [gitDir, tags] of [
        [world.gitDir, before.home],
        [world.store, before.store],
      ] as const)
        expect(restoreTags(gitDir)).toEqual(expect.arrayContaining([...tags]));
      const tail = await orchestrate(world, ['journal', 'tail', '--kind', 'restore.rebuilt', '--limit', '10']);
      expect(listAt(tail.json, 'rows')).toHaveLength(3);
      // And by itself, when nothing else is asked.
      readGit(world.store, ['update-ref', '-d', second]);
      const mended = await orchestrate(world, ['restore', 'mend']);
      expect(listAt(mended.json, 'broken')).toEqual([]);
      expect(restoreTags(world.store)).toEqual(expect.arrayContaining([...before.store]));
    },
  },
];
