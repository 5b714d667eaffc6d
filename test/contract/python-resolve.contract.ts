import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import type { PackageIndex, Python, PythonFacts, Resolution } from '../../src/ports/python.ts';
import { faultOf } from './support/fault-of.ts';
import { serveIndex, type IndexServer } from './support/index-server.ts';
import { plain, writeHostileSdist, writePackages } from './support/packages.ts';
import type { PythonHarness } from './support/python-harness.ts';

/** What a resolution is, whoever chooses the versions: the same answers, reasons and locks. */
export function resolutionContract(
  resolver: string,
  { folder, toolsDir, python, runs }: PythonHarness,
  factsOf: (python: Python) => Promise<PythonFacts>,
): void {
  const indexDir = join(folder, 'index');
  const index: PackageIndex = { kind: 'folder', path: indexDir };
  const wheels = writePackages(indexDir, [
    plain('core', '1.0'),
    plain('core', '2.0'),
    plain('core', '2.0+cu128'),
    plain('core', '3.0rc1'),
    plain('old-friend', '1.0', { requires: ['core<2'] }),
    plain('new_friend', '1.0', { requires: ['core>=2'] }),
    plain('future', '1.0', { requiresPython: '>=3.99' }),
    plain('lonely', '1.0', { requires: ['nowhere>=1'] }),
  ]);

  describe(`the resolution of packages, by ${resolver}`, () => {
    let facts: PythonFacts;
    let server: IndexServer;
    beforeAll(async () => {
      facts = await factsOf(python);
      server = await serveIndex(indexDir);
    });
    const resolve = (requirements: readonly string[], from: PackageIndex = index): Promise<Resolution> =>
      python.resolve({ requirements, index: from, python: facts, toolsDir, mark: 'r1.lock#1' });
    const wheel = (file: string) => {
      const found = wheels.find((candidate) => candidate.file === file);
      if (found === undefined) throw new Error(`no wheel ${file}`);
      return found;
    };

    it('gives exact wheels with hashes, sorted by normalised name, without installing anything', async () => {
      const [friend, core] = [wheel('new_friend-1.0-py3-none-any.whl'), wheel('core-2.0+cu128-py3-none-any.whl')];
      expect(await resolve(['# a comment', '', 'New.Friend  # why'])).toEqual({
        kind: 'resolved',
        packages: [
          { name: 'core', version: '2.0+cu128', sha256: [core.sha256], file: core.file, sizeBytes: core.sizeBytes },
          {
            name: 'new-friend',
            version: '1.0',
            sha256: [friend.sha256],
            file: friend.file,
            sizeBytes: friend.sizeBytes,
          },
        ],
        needs: { core: [], 'new-friend': ['core>=2'] },
      });
    });

    it('takes kept wheels beside the index: what was built by hand is on none', async () => {
      const built = writePackages(join(folder, 'built'), [
        plain('core', '2.0+mine', { requires: ['lonely-friend'] }),
      ])[0];
      const friend = writePackages(join(folder, 'built'), [plain('lonely-friend', '1.0')])[0];
      if (built === undefined || friend === undefined) throw new Error('no wheel was written');
      const kept = [built, friend].map(({ file }) => join(folder, 'built', file));
      const asked = { requirements: ['core===2.0+mine', 'new-friend'], index, python: facts, toolsDir, mark: 'm' };
      const found = await python.resolve({ ...asked, kept });
      expect(
        found.kind === 'resolved' && found.packages.map(({ name, version, sha256 }) => [name, version, sha256]),
      ).toEqual([
        ['core', '2.0+mine', [built.sha256]],
        ['lonely-friend', '1.0', [friend.sha256]],
        ['new-friend', '1.0', [wheel('new_friend-1.0-py3-none-any.whl').sha256]],
      ]);
      expect((await python.resolve(asked)).kind).toBe('impossible');
    });

    it('gives the same from an index on a server, with sizes', async () => {
      expect(await resolve(['new-friend'], { kind: 'url', url: server.url })).toEqual(await resolve(['new-friend']));
    });

    it('binds versions by constraints, which ask for nothing themselves', async () => {
      const bound = (constraints: readonly string[]) =>
        python.resolve({ requirements: ['core'], constraints, index, python: facts, toolsDir, mark: 'm' });
      expect(await bound(['core===1.0', 'old-friend===1.0'])).toMatchObject({
        kind: 'resolved',
        packages: [{ name: 'core', version: '1.0' }],
      });
      expect(await bound(['core===7.0'])).toMatchObject({ kind: 'impossible' });
      expect((await faultOf(bound(['-r other.txt']))).code).toBe('DEFINITION_INVALID');
    });

    it('binds versions by constraints, which ask for nothing themselves', async () => {
      const bound = (constraints: readonly string[]) =>
        python.resolve({ requirements: ['core'], constraints, index, python: facts, toolsDir, mark: 'm' });
      expect(await bound(['core===1.0', 'old-friend===1.0'])).toMatchObject({
        kind: 'resolved',
        packages: [{ name: 'core', version: '1.0' }],
      });
      expect(await bound(['core===7.0'])).toMatchObject({ kind: 'impossible' });
      expect((await faultOf(bound(['-r other.txt']))).code).toBe('DEFINITION_INVALID');
    });

    it('names the two requirements that fight, and who asks for them', async () => {
      expect(await resolve(['old-friend', 'new-friend'])).toMatchObject({
        kind: 'impossible',
        code: 'PACKAGE_CONFLICT',
        reason: 'old-friend 1.0 needs core<2, but new-friend 1.0 needs core>=2.',
      });
      expect(await resolve(['core==1.0', 'new-friend'])).toMatchObject({
        code: 'PACKAGE_CONFLICT',
        reason: 'You ask for core==1.0, but new-friend 1.0 needs core>=2.',
      });
      expect(await resolve(['core==1.0', 'core==2.0'])).toMatchObject({
        code: 'PACKAGE_CONFLICT',
        reason: 'You ask for core==1.0, but you ask for core==2.0.',
      });
    });

    it('names the requirement that nothing meets', async () => {
      expect(await resolve(['core==9'])).toMatchObject({
        kind: 'impossible',
        code: 'PACKAGE_NOT_FOUND',
        reason: 'Nothing meets core==9: the index has wheels of 1.0, 2.0, 2.0+cu128, 3.0rc1.',
      });
      expect(await resolve(['lonely'])).toMatchObject({
        code: 'PACKAGE_NOT_FOUND',
        reason:
          'Nothing meets nowhere>=1, which lonely needs: the index has no wheel of it for this Python and machine.',
      });
      expect(await resolve(['future'])).toMatchObject({
        code: 'PACKAGE_NOT_FOUND',
        reason: `future needs Python >=3.99, and this is ${facts.version}.`,
      });
      expect(await resolve(['nowhere'], { kind: 'url', url: server.url })).toMatchObject({ code: 'PACKAGE_NOT_FOUND' });
    });

    it('never takes a source package, whose code would run', async () => {
      const traceFile = join(folder, 'trace');
      writeHostileSdist(indexDir, { name: 'hostile', version: '1.0', traceFile });
      expect(await resolve(['hostile'])).toMatchObject({ kind: 'impossible', code: 'PACKAGE_NOT_FOUND' });
      expect(existsSync(traceFile)).toBe(false);
    });

    it.each([
      '--extra-index-url https://example.invalid/simple',
      '-r other.txt',
      '-e .',
      'core @ https://example.invalid/core-1.0-py3-none-any.whl',
      'https://example.invalid/core-1.0-py3-none-any.whl',
      './core-1.0-py3-none-any.whl',
      'folder/core-1.0-py3-none-any.whl',
      'core==1.0 --hash=sha256:00',
      'core \\',
      'core\n--pre',
    ])('refuses %j, which is more than a package and its versions', async (line) => {
      expect((await faultOf(resolve([line]))).code).toBe('DEFINITION_INVALID');
    });

    it('lets a marker and extras through', async () => {
      expect(
        await resolve(['core[all]>=1,<2; python_version >= "3"', "absent; sys_platform == 'win32'"]),
      ).toMatchObject({
        kind: 'resolved',
        packages: [{ name: 'core', version: '1.0' }],
      });
    });

    it('does not read the configuration of the machine or the person', async () => {
      const other = join(folder, 'other');
      writePackages(other, [plain('core', '99.0')]);
      mkdirSync(join(folder, 'home/.config/pip'), { recursive: true });
      writeFileSync(join(folder, 'home/.config/pip/pip.conf'), `[global]\nfind-links = ${other}\n`);
      const before = { ...process.env };
      Object.assign(process.env, {
        HOME: join(folder, 'home'),
        XDG_CONFIG_HOME: join(folder, 'home/.config'),
        PIP_FIND_LINKS: other,
        PIP_CONFIG_FILE: join(folder, 'home/.config/pip/pip.conf'),
      });
      try {
        expect(await resolve(['core'])).toMatchObject({ packages: [{ version: '2.0+cu128' }] });
        // The control: with the environment handed on, the other folder would have been taken.
        expect(await resolve(['core'], { kind: 'folder', path: other })).toMatchObject({
          packages: [{ version: '99.0' }],
        });
      } finally {
        process.env = before;
      }
    });

    it('says that a folder of packages is not there', async () => {
      const absent = join(folder, 'absent');
      expect(await faultOf(resolve(['core'], { kind: 'folder', path: absent }))).toMatchObject({
        code: 'INDEX_UNREACHABLE',
        message: expect.stringContaining(absent) as string,
      });
    });

    it('tells an index that does not answer from one that lacks the package', async () => {
      const nobody = await faultOf(resolve(['core'], { kind: 'url', url: 'http://127.0.0.1:9/simple/' }));
      expect(nobody).toMatchObject({
        code: 'INDEX_UNREACHABLE',
        message: expect.stringContaining('nothing answers at that address') as string,
      });
      const unknown = await faultOf(resolve(['core'], { kind: 'url', url: 'https://index.invalid/simple/' }));
      expect(unknown).toMatchObject({
        code: 'INDEX_UNREACHABLE',
        message: expect.stringContaining('its name is not known') as string,
      });
      const insecure = await faultOf(resolve(['core'], { kind: 'url', url: 'http://index.invalid/simple/' }));
      expect(insecure).toMatchObject({
        code: 'INDEX_UNREACHABLE',
        message: expect.stringContaining('not https') as string,
      });
      server.answer = () => 403;
      const refused = await faultOf(resolve(['core'], { kind: 'url', url: server.url }));
      server.answer = () => 0;
      expect(refused).toMatchObject({
        code: 'INDEX_UNREACHABLE',
        message: expect.stringContaining('it answered 403') as string,
      });
      expect((await faultOf(resolve(['core'], { kind: 'url', url: 'ftp://x' }))).code).toBe('CONFIG_INVALID');
    });

    it('shows a password to the index, and to nobody else', async () => {
      server.requests.length = 0;
      runs.length = 0;
      const url = server.url.replace('http://', 'http://me:s3cret%21@');
      server.answer = () => (server.requests.at(-1)?.headers.authorization === undefined ? 401 : 0);
      expect(await resolve(['core==1.0'], { kind: 'url', url })).toMatchObject({ kind: 'resolved' });
      server.answer = () => 403;
      const fault = await faultOf(resolve(['core'], { kind: 'url', url }));
      server.answer = () => 0;
      // Some ask first without one, and show it when they are asked for it.
      const shown = server.requests.flatMap(({ headers }) => headers.authorization?.slice(6) ?? []);
      expect([...new Set(shown)].map((text) => Buffer.from(text, 'base64').toString())).toEqual(['me:s3cret!']);
      expect(JSON.stringify([runs, fault.toRecord()])).not.toContain('s3cret');
    });
  });
}
