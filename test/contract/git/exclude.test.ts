import * as fs from 'node:fs';
import * as path from 'node:path';

import { describe, expect, test } from 'vitest';

import { git, openWorkshop, write } from './support.ts';

const excludeFile = (homeDir: string): string => path.join(homeDir, '.git/info/exclude');

describe('ignored files of home', () => {
  test('are those that its own rules ignore and the patterns name; links are among them, nothing behind one is', async () => {
    const shop = await openWorkshop();
    write(shop.homeDir, { '.gitignore': '.env*\n/keys/\nnode_modules/\n' });
    git(shop.homeDir, 'add', '.gitignore');
    git(shop.homeDir, 'commit', '-qm', 'ignores');
    const commit = await shop.head();
    write(shop.homeDir, {
      '.env': 'A=1\n',
      '.env.local': 'B=1\n',
      'sub/.env': 'C=1\n',
      'keys/a.pem': 'a\n',
      'keys/deep/b.pem': 'b\n',
      'plain.txt': 'not ignored\n',
      'node_modules/x/index.js': 'x\n',
    });
    fs.symlinkSync('/etc/hostname', path.join(shop.homeDir, 'keys/link.pem'));
    fs.symlinkSync('/etc', path.join(shop.homeDir, 'keys/folder'));
    const find = (patterns: string): Promise<readonly string[]> => shop.home.ignoredFiles({ commit, patterns });

    expect(await find('.env\n')).toEqual(['.env', 'sub/.env']);
    expect(await find('/.env*\n!.env.local\n')).toEqual(['.env']);
    expect(await find('keys/\n')).toEqual(['keys/a.pem', 'keys/deep/b.pem', 'keys/folder', 'keys/link.pem']);
    // Named, and not ignored by git: it belongs into a commit, or is not meant.
    expect(await find('plain.txt\nrequirements.lock\n')).toEqual([]);
    expect(await find('')).toEqual([]);
  });

  test('with names that mean something to git are taken as they stand', async () => {
    const shop = await openWorkshop();
    write(shop.homeDir, { '.gitignore': '/odd/\n' });
    git(shop.homeDir, 'add', '.gitignore');
    git(shop.homeDir, 'commit', '-qm', 'ignores');
    const commit = await shop.head();
    write(shop.homeDir, { 'odd/:(top)a': 'a\n', 'odd/*': 'b\n', 'odd/-x': 'c\n' });
    expect(await shop.home.ignoredFiles({ commit, patterns: 'odd/\n' })).toEqual(['odd/*', 'odd/-x', 'odd/:(top)a']);
  });
});

describe('.git/info/exclude', () => {
  test('gets a block of ours behind what is there, once, and loses exactly that again', async () => {
    const shop = await openWorkshop();
    const file = excludeFile(shop.homeDir);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, '# mine\n*.bak\n');
    await shop.home.exclude(['/.ours/']);
    await shop.home.exclude(['/.ours/']);
    expect(fs.readFileSync(file, 'utf8')).toMatch(
      /^# mine\n\*\.bak\n# orchestrate: begin.*\n\/\.ours\/\n# orchestrate: end\n$/,
    );
    write(shop.homeDir, { '.ours/a': 'a\n' });
    expect(git(shop.homeDir, 'status', '--porcelain')).not.toContain('.ours');
    fs.appendFileSync(file, 'added-later\n');
    await shop.home.exclude(null);
    expect(fs.readFileSync(file, 'utf8')).toBe('# mine\n*.bak\nadded-later\n');
    expect(git(shop.homeDir, 'status', '--porcelain')).toContain('.ours');
  });

  test('is made where there is none', async () => {
    const shop = await openWorkshop();
    fs.rmSync(path.join(shop.homeDir, '.git/info'), { recursive: true, force: true });
    await shop.home.exclude(['/.ours/']);
    expect(fs.readFileSync(excludeFile(shop.homeDir), 'utf8')).toContain('/.ours/');
  });
});

describe('refs of home', () => {
  test('are taken away while they name what is said, and left alone when somebody moved one', async () => {
    const shop = await openWorkshop();
    const head = git(shop.homeDir, 'rev-parse', 'HEAD').trim();
    git(shop.homeDir, 'tag', 'one');
    git(shop.homeDir, 'tag', 'two');
    git(shop.homeDir, 'pack-refs', '--all');
    const refs = ['refs/tags/one', 'refs/tags/gone'].map((ref) => ({ ref, object: head }));
    expect(await shop.home.removeRefs(refs)).toEqual({ kind: 'moved' });
    expect(git(shop.homeDir, 'tag').trim()).toBe('two');
    const other = '1'.repeat(40);
    expect(await shop.home.removeRefs([{ ref: 'refs/tags/two', object: other }])).toMatchObject({
      kind: 'refused',
      ref: 'refs/tags/two',
      actual: head,
    });
    expect(git(shop.homeDir, 'tag').trim()).toBe('two');
  });
});
