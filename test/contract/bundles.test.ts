import { createHash, sign, createPrivateKey, createPublicKey } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync, symlinkSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { createBundles } from '../../src/adapters/bundle/bundles.ts';
import { tarHeader } from '../../src/adapters/bundle/tar.ts';
import { createFiles } from '../../src/adapters/files/files.ts';
import type { BundlePart } from '../../src/ports/bundles.ts';
import { faultOf } from './support/fault-of.ts';
import { tempFolder } from './support/temp-folder.ts';

const folder = tempFolder();
const files = createFiles();
const bundles = createBundles({ files });
const keyFile = join(folder, 'keys', 'bundle.pem');
const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

const wheel = Buffer.from('PK a wheel of some bytes'.repeat(40));
const wheelFile = join(folder, 'a.whl');
writeFileSync(wheelFile, wheel);

function part(path: string, bytes: Uint8Array, file?: string): BundlePart {
  return { path, sizeBytes: bytes.length, sha256: sha256(bytes), content: async () => file ?? bytes };
}

const parts = [
  part(`trees/${'a'.repeat(40)}`, Buffer.from('[]')),
  part(`blobs/${'b'.repeat(40)}`, Buffer.alloc(0)),
  part(`blobs/${'c'.repeat(40)}`, Buffer.from('x'.repeat(512))),
  part(`wheels/${sha256(wheel)}`, wheel, wheelFile),
];
const body = { point: { number: 3, title: 'upgrade pytorch' } };

let nFiles = 0;
const fresh = (name = 'bundle.tar'): string => {
  const dir = join(folder, `d${(nFiles += 1)}`);
  mkdirSync(dir);
  return join(dir, name);
};
const write = async (file = fresh(), more: readonly BundlePart[] = parts): Promise<string> => {
  await bundles.write({ file, keyFile, body, parts: more });
  return file;
};

describe('a bundle', () => {
  it('gives back exactly what was put in, in order, and names the key that signed it', async () => {
    const file = fresh();
    const made = await bundles.write({ file, keyFile, body, parts });
    const taken: [string, string][] = [];
    const saveDir = join(folder, 'saved');
    mkdirSync(saveDir);
    const head = await bundles.scan(file, {
      saveDir,
      want: ({ path }) => (path.startsWith('wheels/') ? 'file' : 'bytes'),
      take: async (one) =>
        void taken.push([one.entry.path, sha256('bytes' in one ? one.bytes : readFileSync(one.file))]),
    });
    expect(taken).toEqual(parts.map((one) => [one.path, one.sha256]));
    expect(head).toEqual(made);
    expect(head.fingerprint).toBe(await bundles.findSigner(keyFile));
    expect(head.sizeBytes).toBe(statSync(file).size);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  });

  it('is the same file whenever it is written', async () => {
    expect(sha256(readFileSync(await write()))).toBe(sha256(readFileSync(await write())));
  });

  it('is never written over what is there', async () => {
    const file = fresh();
    writeFileSync(file, 'mine');
    expect(await faultOf(write(file))).toMatchObject({ code: 'FILE_ACCESS', state: 'No bundle was written.' });
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('is not written when a part is not what it is named after, and leaves nothing behind', async () => {
    const file = fresh();
    const altered = join(folder, 'altered.whl');
    writeFileSync(altered, Buffer.concat([wheel.subarray(1), Buffer.from('!')]));
    const fault = await faultOf(write(file, [part(`wheels/${sha256(wheel)}`, wheel, altered)]));
    expect(fault).toMatchObject({ code: 'WHEEL_HASH_MISMATCH', state: 'No bundle was written.' });
    expect(readdirSync(join(file, '..'))).toEqual([]);
  });

  it('leaves nothing behind when it is called off, and takes over what a kill left', async () => {
    const file = fresh();
    const called = new AbortController();
    const late: BundlePart = {
      ...part(`blobs/${'d'.repeat(40)}`, Buffer.from('late')),
      content: async () => {
        called.abort(new Error('called off'));
        return Buffer.from('late');
      },
    };
    await expect(bundles.write({ file, keyFile, body, parts: [late], signal: called.signal })).rejects.toThrow(
      'called off',
    );
    expect(readdirSync(join(file, '..'))).toEqual([]);
    writeFileSync(join(file, '..', '.bundle.tar.orchestrate-part'), 'left by a kill');
    await write(file);
    expect(readdirSync(join(file, '..'))).toEqual(['bundle.tar']);
  });

  it('is not begun when the disk has no room for it', async () => {
    const small = createBundles({ files: { ...files, freeBytes: async () => 1_000 } });
    const file = fresh();
    expect(await faultOf(small.write({ file, keyFile, body, parts }))).toMatchObject({ code: 'DISK_FULL' });
    expect(existsSync(file)).toBe(false);
  });
});

describe('a bundle that is not what was signed', () => {
  let good: Buffer;
  const victim = join(folder, 'victim.tar');
  const code = async (bytes: Uint8Array): Promise<string> => {
    writeFileSync(victim, bytes);
    return (await faultOf(bundles.scan(victim))).code;
  };
  beforeAll(async () => {
    good = readFileSync(await write(fresh(), parts.slice(2)));
  });

  it('is accepted as long as nothing was done to it (or this would prove nothing)', async () => {
    writeFileSync(victim, good);
    await expect(bundles.scan(victim)).resolves.toBeDefined();
  });

  it('is refused when it is cut off at any byte', { timeout: 120_000 }, async () => {
    const accepted: number[] = [];
    for (let length = 0; length < good.length; length += 3)
      if ((await code(good.subarray(0, length))) !== 'BUNDLE_INVALID') accepted.push(length);
    expect(accepted).toEqual([]);
  });

  it('is refused when a bit is flipped in any byte', { timeout: 120_000 }, async () => {
    const accepted: number[] = [];
    for (let at = 0; at < good.length; at += 1) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8));
      if ((await code(bad)) !== 'BUNDLE_INVALID') accepted.push(at);
    }
    expect(accepted).toEqual([]);
  });

  it('is refused when something is behind its end', async () => {
    expect(await code(Buffer.concat([good, Buffer.alloc(512)]))).toBe('BUNDLE_INVALID');
  });

  it('saves nothing of a wheel that is not the signed one', async () => {
    const bad = Buffer.from(good);
    const at = bad.indexOf(wheel);
    bad[at + 5] = 0;
    writeFileSync(victim, bad);
    const saveDir = join(folder, 'saved-bad');
    mkdirSync(saveDir);
    const taken: string[] = [];
    const fault = await faultOf(
      bundles.scan(victim, {
        saveDir,
        want: ({ path }) => (path.startsWith('wheels/') ? 'file' : 'nothing'),
        take: async ({ entry }) => void taken.push(entry.path),
      }),
    );
    expect([fault.code, taken, readdirSync(saveDir)]).toEqual(['BUNDLE_INVALID', [], []]);
  });

  it('is refused when it is no plain file', async () => {
    expect((await faultOf(bundles.scan(folder))).code).toMatch(/BUNDLE_INVALID|FILE_ACCESS/);
  });
});

describe('a bundle that somebody signed to do harm', () => {
  /** Signs any list with the key, and puts any members behind it. */
  function forged(head: object, members: readonly (readonly [Buffer, Uint8Array])[]): Buffer {
    const text = Buffer.from(JSON.stringify(head));
    const key = createPrivateKey(readFileSync(keyFile, 'utf8'));
    const signature = sign(null, Buffer.concat([Buffer.from('orchestrate-bundle-1\n'), text]), key);
    const pad = (bytes: Uint8Array): Buffer => Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
    return Buffer.concat([
      tarHeader('bundle.json', text.length),
      pad(text),
      tarHeader('bundle.sig', 64),
      pad(signature),
      ...members.flatMap(([header, bytes]) => [header, pad(bytes)]),
      Buffer.alloc(1024),
    ]);
  }
  const publicKey = (): string =>
    createPublicKey(readFileSync(keyFile, 'utf8')).export({ type: 'spki', format: 'der' }).toString('base64');
  const data = Buffer.from('data');
  const entry = (path: string, more: object = {}) => ({ path, sizeBytes: 4, sha256: sha256(data), ...more });
  const head = (entries: readonly object[], more: object = {}) => ({
    format: 'orchestrate-bundle',
    version: 1,
    publicKey: publicKey(),
    body: {},
    files: entries,
    ...more,
  });
  const blob = `blobs/${'a'.repeat(40)}`;
  const plain = (path: string) => [tarHeader(path, 4), data] as const;
  const asLink = (path: string): readonly [Buffer, Uint8Array] => {
    const header = tarHeader(path, 4);
    header.write('2', 156, 'latin1');
    header.write('/etc/passwd', 157, 'latin1');
    header.write('        ', 148, 'latin1');
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return [header, data];
  };

  it('is accepted when there is no harm in it (or the others would prove nothing)', async () => {
    const file = fresh();
    writeFileSync(file, forged(head([entry(blob)]), [plain(blob)]));
    await expect(bundles.scan(file)).resolves.toMatchObject({ entries: [entry(blob)] });
  });

  it.each<[string, () => Buffer]>([
    ['two parts of one name', () => forged(head([entry(blob), entry(blob)]), [plain(blob), plain(blob)])],
    ['a path that climbs', () => forged(head([entry('../x')]), [plain('../x')])],
    ['a path that climbs from a good folder', () => forged(head([entry('blobs/../../x')]), [plain('blobs/../../x')])],
    ['an absolute path', () => forged(head([entry('/tmp/x')]), [plain('/tmp/x')])],
    ['a link', () => forged(head([entry(blob)]), [asLink(blob)])],
    ['a member that is not in the list', () => forged(head([]), [plain(blob)])],
    ['a listed part that is not there', () => forged(head([entry(blob)]), [])],
    ['a size past all bounds', () => forged(head([entry(blob, { sizeBytes: 2 ** 60 })]), [plain(blob)])],
    ['a small part that claims to be huge', () => forged(head([entry(blob, { sizeBytes: 2 ** 32 })]), [plain(blob)])],
    ['a wheel under another hash', () => forged(head([entry(`wheels/${'0'.repeat(64)}`)]), [plain(blob)])],
    ['a field that nobody knows', () => forged(head([entry(blob)], { more: 1 }), [plain(blob)])],
    ['a version of tomorrow', () => forged(head([], { version: 2 }), [])],
    ['another key than the one that signed', () => forged(head([entry(blob)], { publicKey: 'AAAA' }), [plain(blob)])],
  ])('is refused: %s', async (_, make) => {
    const file = fresh();
    writeFileSync(file, make());
    expect(await faultOf(bundles.scan(file))).toMatchObject({
      code: 'BUNDLE_INVALID',
      state: 'Nothing of it was used.',
    });
  });

  it('follows no link where a wanted file is saved', async () => {
    const path = `wheels/${sha256(data)}`;
    const file = fresh();
    writeFileSync(file, forged(head([entry(path)]), [plain(path)]));
    const saveDir = join(folder, 'saved-link');
    mkdirSync(saveDir);
    const outside = join(folder, 'outside');
    writeFileSync(outside, 'nobody may touch this');
    symlinkSync(outside, join(saveDir, sha256(data)));
    await bundles.scan(file, { saveDir, want: () => 'file', take: async () => {} });
    expect(readFileSync(outside, 'utf8')).toBe('nobody may touch this');
  });
});

describe('the signing key', () => {
  it('is made once, however many ask at once', async () => {
    const file = join(folder, 'keys2', 'bundle.pem');
    const made = await Promise.all(Array.from({ length: 8 }, () => bundles.ensureSigner(file)));
    expect(new Set(made).size).toBe(1);
    expect(readdirSync(join(folder, 'keys2'))).toEqual(['bundle.pem']);
  });

  it('is refused when the file holds something else', async () => {
    const file = join(folder, 'no-key.pem');
    writeFileSync(file, 'not a key');
    expect((await faultOf(bundles.ensureSigner(file))).code).toBe('FILE_ACCESS');
  });
});
