import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { configFlag, parseConfigFile } from '../../../src/adapters/git/config-file.ts';
import { encodeIndex, parseIndex } from '../../../src/adapters/git/index-file.ts';
import { encodeTree, objectId, parseTree, type RawEntry } from '../../../src/adapters/git/object-format.ts';
import { looksLikeDotGit } from '../../../src/adapters/git/path-rules.ts';
import { git, makeHome, temporaryFolder, tryGit, write } from './support.ts';

describe('a configuration', () => {
  test.each([
    '[core]\n\tbare = false\n',
    '[core]\nbare\n',
    '[core] bare = yes # comment\n',
    '[a "b.C \\"d\\\\"]\n\tkey-1 = " x  y ; z " ; c\n',
    '[A.B]\nKey=v\n',
    '[x]\n\tk = one \\\n  two\n\tk = "tab\\there"\n',
    '# only\n; comments\n',
    '[x]\nk = "a"b" c"\n\n[y]\n',
    '\ufeff[x]\nk=1\n',
    '[x]\r\n\tk = v\r\n',
    '[include]\n\tpath = /nowhere\n',
  ])('is read as git reads %j', (text) => {
    const file = path.join(temporaryFolder(), 'config');
    fs.writeFileSync(file, text);
    const listed = execFileSync('git', ['config', '--file', file, '--no-includes', '--null', '--list'], {
      encoding: 'utf8',
    })
      .split('\0')
      .filter((pair) => pair !== '');
    const read = [...parseConfigFile(text)].flatMap(([key, values]) => values.map((value) => `${key}\n${value}`));
    const plain = listed.map((pair) => (pair.includes('\n') ? pair : `${pair}\ntrue`));
    expect(read.sort()).toEqual(plain.sort());
  });

  test('knows git’s words for yes and no', () => {
    const config = parseConfigFile('[a]\n1 = on\nt = TRUE\ny = yes\nn = no\nz = 0\none = 1\nempty =\nbare\n');
    expect(
      ['t', 'y', 'n', 'z', 'one', 'empty', 'bare', 'absent'].map((key) => configFlag(config, `a.${key}`, false)),
    ).toEqual([true, true, false, false, true, false, true, false]);
  });
});

describe('an index', () => {
  test.each([2, 4])('of version %i comes out as it went in', (version) => {
    const dir = temporaryFolder();
    makeHome(
      dir,
      Object.fromEntries(
        Array.from({ length: 50 }, (_, index) => [`${'long/'.repeat(index % 5)}file-${index}`, String(index)]),
      ),
    );
    git(dir, 'update-index', `--index-version=${version}`);
    const bytes = fs.readFileSync(path.join(dir, '.git/index'));
    const index = parseIndex(bytes);
    if (index === undefined) throw new Error('not parsed');
    expect(index.entries).toHaveLength(50);
    const before = git(dir, 'ls-files', '--stage', '--debug');
    fs.writeFileSync(path.join(dir, '.git/index'), encodeIndex(index));
    expect(git(dir, 'ls-files', '--stage', '--debug')).toBe(before);
    expect(git(dir, 'status', '--porcelain')).toBe('');
  });

  test('with a conflict keeps its stages and its undo', () => {
    const dir = temporaryFolder();
    makeHome(dir, { f: 'base\n' });
    git(dir, 'switch', '--quiet', '--create', 'other');
    write(dir, { f: 'other\n' });
    git(dir, 'commit', '--quiet', '--all', '--message', 'other');
    git(dir, 'switch', '--quiet', 'main');
    write(dir, { f: 'main\n' });
    git(dir, 'commit', '--quiet', '--all', '--message', 'main');
    expect(tryGit(dir, ['merge', 'other'])).toBe(1);
    const stages = git(dir, 'ls-files', '--stage');
    const index = parseIndex(fs.readFileSync(path.join(dir, '.git/index')));
    fs.writeFileSync(path.join(dir, '.git/index'), encodeIndex(index as NonNullable<typeof index>));
    expect(git(dir, 'ls-files', '--stage')).toBe(stages);
  });

  test('that is damaged or of a newer kind is not taken for one', () => {
    const dir = temporaryFolder();
    makeHome(dir, { f: 'x\n' });
    const bytes = fs.readFileSync(path.join(dir, '.git/index'));
    expect(parseIndex(bytes.subarray(0, bytes.length - 1))).toBeUndefined();
    expect(parseIndex(Buffer.from('DIRC'))).toBeUndefined();
    const flipped = Buffer.from(bytes);
    flipped[70] = (flipped[70] ?? 0) ^ 1;
    expect(parseIndex(flipped)).toBeUndefined();
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        (noise) =>
          void parseIndex(Buffer.concat([Buffer.from('DIRC\0\0\0\u0002\0\0\0\u0003'), noise, Buffer.alloc(20)])),
      ),
    );
  });
});

describe('a tree object', () => {
  test('is sorted as git sorts it', () => {
    const dir = temporaryFolder();
    makeHome(dir, { x: 'x' });
    const blob = objectId('blob', Buffer.from('x'));
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-c.\-0\u00e9\ud7ff\ue000]{1,4}$/u), fc.boolean()), {
          selector: ([name]) => name,
          maxLength: 12,
        }),
        (names) => {
          const entries: RawEntry[] = names
            .filter(([name]) => name !== '.' && name !== '..')
            .map(([name, isFolder]) => ({
              name,
              mode: isFolder ? '40000' : '100644',
              id: isFolder ? '4b825dc642cb6eb9a060e54bf8d69288fbee4904' : blob,
            }));
          const body = encodeTree(entries);
          const input = entries
            .map(({ mode, id, name }) => `${mode === '40000' ? '040000 tree' : '100644 blob'} ${id}\t${name}\0`)
            .join('');
          expect(execFileSync('git', ['mktree', '-z', '--missing'], { cwd: dir, input, encoding: 'utf8' }).trim()).toBe(
            objectId('tree', body),
          );
          expect(new Set(parseTree(body, 'x').map(({ name }) => name))).toEqual(
            new Set(entries.map(({ name }) => name)),
          );
        },
      ),
      { numRuns: 40, seed: 7 },
    );
  });
});

test.each([
  ['.git', true],
  ['.GIT', true],
  ['git~1', true],
  ['.git ', true],
  ['.git.', true],
  ['.git:x', true],
  ['.g\u200cit', true],
  ['.gitignore', false],
  ['.gitattributes', false],
  ['git', false],
  ['digit', false],
  ['git~2', false],
  ['.github', false],
])('the name %j can be taken for .git: %s', (name, expected) => {
  expect(looksLikeDotGit(name)).toBe(expected);
});
