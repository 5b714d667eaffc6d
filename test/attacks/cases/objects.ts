import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';

import { expect } from 'vitest';

import { type AttackCase, expectMerged, expectTamperTold, resumeAndMerge, upgradeUntil } from '../../support/attack.ts';
import { naiveFlow, naiveGit, readGit, readGitBytes, runPython } from '../../support/controls.ts';
import { bareCopy, branchOf } from '../../support/invariants.ts';
import { at, orchestrate, textAt } from '../../support/program.ts';
import { commitByHand, type World } from '../../support/world.ts';

const text = (value: string): string => JSON.stringify(value);
const NOTES = 'docs/env-setup/notes.txt';
const EVIL = 'a line that nobody approved\n';
const KIND = 'a line that everybody likes\n';

const write = (path: string, content: string): string => `open(${text(path)}, 'w').write(${text(content)})`;
const blobId = (content: Uint8Array): string =>
  createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
const loosePath = (gitDir: string, id: string): string => join(gitDir, 'objects', id.slice(0, 2), id.slice(2));

/** Puts other bytes under an id, as whoever can write to the object folder can. */
function poison(gitDir: string, id: string, content: string): void {
  const path = loosePath(gitDir, id);
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path)) chmodSync(path, 0o644);
  writeFileSync(path, deflateSync(Buffer.from(`blob ${Buffer.byteLength(content)}\0${content}`)));
}

/** An object folder outside that has all of home, and the bytes that the slot gets. */
function outsideStore(world: World): string {
  const outside = join(world.folder, 'outside.git');
  bareCopy(world.gitDir, outside);
  const content = join(world.folder, 'content');
  writeFileSync(content, EVIL);
  execFileSync('git', ['--git-dir', outside, 'hash-object', '-w', content]);
  return outside;
}
const borrowed = (world: World, outside: string): string =>
  [
    'import os',
    `os.makedirs(${text(`${world.gitDir}/objects/info`)}, exist_ok=True)`,
    write(`${world.gitDir}/objects/info/alternates`, `${outside}/objects\n`),
    write(join(world.slot, NOTES), EVIL),
  ].join('\n');

/** Makes git show `KIND` wherever the evil bytes are stored. */
function replaced(world: World): string {
  const evil = blobId(Buffer.from(EVIL));
  const kind = blobId(Buffer.from(KIND));
  const loose = (id: string, content: string): string =>
    [
      `p = ${text(loosePath(world.gitDir, id))}`,
      'os.makedirs(os.path.dirname(p), exist_ok=True)',
      `b = ${text(content)}.encode()`,
      "os.path.exists(p) or open(p, 'wb').write(zlib.compress(b'blob %d\\0' % len(b) + b))",
    ].join('\n');
  return [
    'import os, zlib',
    loose(evil, EVIL),
    loose(kind, KIND),
    `os.makedirs(${text(`${world.gitDir}/refs/replace`)}, exist_ok=True)`,
    write(`${world.gitDir}/refs/replace/${evil}`, `${kind}\n`),
    write(join(world.slot, NOTES), EVIL),
  ].join('\n');
}

const unseen = (world: World): string =>
  [
    'import os',
    `os.makedirs(${text(`${world.gitDir}/info`)}, exist_ok=True)`,
    write(`${world.gitDir}/info/attributes`, '* -diff\n'),
    write(`${world.slot}/docs/env-setup/.gitattributes`, '*.txt binary\n'),
    write(join(world.slot, NOTES), EVIL),
  ].join('\n');

/** Applies the patch of a review to the tree it starts from, by an ordinary git in a copy; returns the tree it leads to. */
function treeOfPatch(world: World, shown: unknown): string {
  const copy = join(world.folder, 'apply.git');
  bareCopy(world.store, copy);
  const patch = join(world.folder, 'shown.patch');
  writeFileSync(patch, textAt(shown, 'patch'));
  const env = { PATH: process.env['PATH'], GIT_DIR: copy, GIT_INDEX_FILE: join(world.folder, 'apply.index') };
  execFileSync('git', ['read-tree', textAt(shown, 'from')], { env });
  execFileSync('git', ['apply', '--cached', '--whitespace=nowarn', patch], { env });
  return execFileSync('git', ['write-tree'], { env, encoding: 'utf8' }).trim();
}

/** The run waits for a review of what the tampering made of the slot. */
async function reviewOf(
  world: World,
  payload: string,
  items: readonly string[],
): Promise<{ change: string; shown: unknown }> {
  const branch = branchOf(world);
  const started = await orchestrate(world, ['run', 'upgrade pytorch', '--until', 'lock']);
  const run = textAt(started.json, 'run');
  runPython(payload);
  await expectTamperTold(world, await orchestrate(world, ['runs', 'resume', run]), { items, branch });
  const asked = await orchestrate(world, ['runs', 'resume', run]);
  expect(at(asked.json, 'waiting', 'what')).toBe('review');
  const change = textAt(asked.json, 'change', 'change');
  return { change, shown: (await orchestrate(world, ['review', 'diff', change])).json };
}

/** Attacks by what is stored under which name. */
export const objectCases: readonly AttackCase[] = [
  {
    id: 'A18',
    title: 'objects are borrowed from a store outside, which then goes away',
    control(world) {
      const outside = outsideStore(world);
      runPython(borrowed(world, outside));
      naiveFlow(world);
      rmSync(outside, { recursive: true });
      const isWhole = naiveGit(world.home, ['fsck', '--connectivity-only']).status === 0;
      const merged = naiveGit(world.home, ['cat-file', '-e', `HEAD:${NOTES}`]).status === 0;
      return isWhole || merged ? undefined : 'the branch lost a file when the outside store went';
    },
    async defence(world) {
      const outside = outsideStore(world);
      const branch = branchOf(world);
      const run = await upgradeUntil(world, 'lock', borrowed(world, outside));
      await expectTamperTold(world, await orchestrate(world, ['runs', 'resume', run]), {
        items: ['objects/info/alternates'],
        branch,
      });
      const refused = await orchestrate(world, ['runs', 'resume', run]);
      expect(at(refused.json, 'fault', 'code')).toBe('HOME_UNSUPPORTED');
      expect(branchOf(world)).toBe(branch);
      rmSync(outside, { recursive: true });
      rmSync(join(world.gitDir, 'objects/info/alternates'));
      expect(readGit(world.store, ['fsck', '--connectivity-only', '--no-dangling'])).toBe('');
      // Without the loan the same goal merges, and home has every object of it.
      const again = await orchestrate(world, ['run', 'upgrade pytorch', '--yes']);
      await (at(again.json, 'state') === 'paused'
        ? resumeAndMerge(world, textAt(again.json, 'run'))
        : expectMerged(world, again));
      expect(readGit(world.gitDir, ['fsck', '--connectivity-only', '--no-dangling'])).toBe('');
    },
  },
  {
    id: 'A19',
    title: 'an object file of home gets other bytes, before and after its id is known',
    control(world) {
      const content = Buffer.from(KIND);
      writeFileSync(join(world.slot, NOTES), content);
      poison(world.gitDir, blobId(content), EVIL);
      poison(world.gitDir, readGit(world.gitDir, ['rev-parse', 'refs/heads/main:CLAUDE.md']), EVIL);
      naiveFlow(world);
      const future = naiveGit(world.home, ['cat-file', 'blob', `HEAD:${NOTES}`]).out;
      const existing = naiveGit(world.home, ['cat-file', 'blob', 'HEAD:CLAUDE.md']).out;
      return future === EVIL && existing === EVIL ? 'the branch has bytes that nobody committed' : undefined;
    },
    async defence(world) {
      const run = await upgradeUntil(world, 'lock');
      const content = Buffer.from(KIND);
      writeFileSync(join(world.slot, NOTES), content);
      const lock = readFileSync(join(world.slot, 'requirements.lock'));
      const own = readGitBytes(world.gitDir, ['cat-file', 'blob', 'refs/heads/main:CLAUDE.md']);
      for (const id of [
        blobId(content),
        blobId(lock),
        readGit(world.gitDir, ['rev-parse', 'refs/heads/main:CLAUDE.md']),
      ])
        poison(world.gitDir, id, EVIL);
      await resumeAndMerge(world, run);
      const merged = (path: string): Buffer =>
        readGitBytes(world.gitDir, ['cat-file', 'blob', `refs/heads/main:${path}`]);
      expect(merged(NOTES).equals(content)).toBe(true);
      expect(merged('requirements.lock').equals(lock)).toBe(true);
      expect(merged('CLAUDE.md').equals(own)).toBe(true);
      // What a person commits and somebody overwrites before it is taken in is refused, not taken.
      writeFileSync(join(world.home, 'CLAUDE.md'), 'a commit of the person\n');
      commitByHand(world.home, 'by hand');
      const branch = branchOf(world);
      poison(world.gitDir, blobId(Buffer.from('a commit of the person\n')), EVIL);
      const refused = await orchestrate(world, ['undo', '--yes']);
      expect(refused.exitCode).not.toBe(0);
      expect(at(refused.json, 'fault', 'code')).toBe('GIT_FAILED');
      expect(branchOf(world)).toBe(branch);
      poison(world.gitDir, blobId(Buffer.from('a commit of the person\n')), 'a commit of the person\n');
    },
  },
  {
    id: 'A20',
    title: 'a replacement makes git show other bytes than are stored',
    control(world) {
      runPython(replaced(world));
      naiveFlow(world);
      const shown = naiveGit(world.home, ['show', `HEAD:${NOTES}`]).out;
      const stored = readGitBytes(world.gitDir, ['cat-file', 'blob', `refs/heads/main:${NOTES}`]).toString();
      return shown === KIND && stored === EVIL ? 'the review shows other bytes than were merged' : undefined;
    },
    async defence(world) {
      const { change, shown } = await reviewOf(world, replaced(world), [`refs/replace/${blobId(Buffer.from(EVIL))}`]);
      expect(textAt(shown, 'patch')).toContain(`+${EVIL}`);
      const approved = await orchestrate(world, ['review', 'approve', change]);
      expect(at(approved.json, 'state')).toBe('done');
      const merged = readGit(world.gitDir, ['rev-parse', 'refs/heads/main^{tree}']);
      expect(textAt(shown, 'to')).toBe(merged);
      expect(treeOfPatch(world, shown)).toBe(merged);
      expect(readGitBytes(world.gitDir, ['cat-file', 'blob', `refs/heads/main:${NOTES}`]).toString()).toBe(EVIL);
    },
  },
  {
    id: 'A21',
    title: 'attributes say that a text is binary, so that a review shows nothing of it',
    control(world) {
      runPython(unseen(world));
      naiveGit(world.slot, ['add', '--all']);
      const { out } = naiveGit(world.slot, ['diff', '--cached', 'HEAD']);
      return out.includes('Binary files') && !out.includes(EVIL.trim())
        ? 'the review says "binary" and nothing else'
        : undefined;
    },
    async defence(world) {
      const { change, shown } = await reviewOf(world, unseen(world), ['info/attributes']);
      expect(textAt(shown, 'patch')).toContain(`+${EVIL}`);
      expect(textAt(shown, 'patch')).toContain('+*.txt binary');
      expect(textAt(shown, 'patch')).not.toContain('Binary files');
      expect(textAt((await orchestrate(world, ['review', 'show', change])).json, 'change')).toBe(change);
    },
  },
];
