import { hash } from 'node:crypto';

import { Fault } from '../../src/base/fault.ts';
import { canonicalJson } from '../../src/base/json.ts';
import type { BundleHead, Bundles } from '../../src/ports/bundles.ts';
import type { FakeFiles } from './fake-files.ts';

export interface FakeBundles extends Bundles {
  /** Who signed a file, instead of the key that wrote it. */
  readonly signedBy: Map<string, string>;
  /** Bundles that somebody altered. */
  readonly altered: Set<string>;
}

/** Bundles in memory; a file of `files` stands for each. What a wheel's file holds is read when it is written. */
export function createFakeBundles(files: FakeFiles): FakeBundles {
  const written = new Map<string, { head: BundleHead; contents: ReadonlyMap<string, Uint8Array> }>();
  const keys = new Set<string>();
  const fingerprintOf = (keyFile: string): string => hash('sha256', keyFile).slice(0, 32);
  const bundles: FakeBundles = {
    signedBy: new Map(),
    altered: new Set(),
    findSigner: async (keyFile) => (keys.has(keyFile) ? fingerprintOf(keyFile) : undefined),
    async ensureSigner(keyFile) {
      keys.add(keyFile);
      return fingerprintOf(keyFile);
    },
    async write({ file, keyFile, body, parts }) {
      if ((await files.info(file)) !== undefined) throw new Fault('FILE_ACCESS', `${file} is there already.`);
      const contents = new Map<string, Uint8Array>();
      for (const part of parts) {
        const content = await part.content();
        const bytes = typeof content === 'string' ? ((await files.readBytes(content)) ?? new Uint8Array()) : content;
        if (hash('sha256', bytes) !== part.sha256)
          throw new Fault('WHEEL_HASH_MISMATCH', `${part.path} is not what it is named after.`);
        contents.set(part.path, bytes);
      }
      const entries = parts.map(({ path, sizeBytes, sha256 }) => ({ path, sizeBytes, sha256 }));
      const fingerprint = await bundles.ensureSigner(keyFile);
      const digest = hash('sha256', canonicalJson({ body, entries }));
      const head = { fingerprint, digest, body, entries, sizeBytes: 10_000 };
      written.set(file, { head, contents });
      files.put(file, digest);
      return head;
    },
    async scan(file, { want = () => 'nothing', saveDir = '', take = async () => {} } = {}) {
      const found = written.get(file);
      if (found === undefined || (await files.info(file)) === undefined)
        throw new Fault('FILE_ACCESS', `Cannot read the bundle ${file} (no such file or folder)`);
      if (bundles.altered.has(file)) throw new Fault('BUNDLE_INVALID', `${file} is no bundle that can be trusted.`);
      const head = { ...found.head, fingerprint: bundles.signedBy.get(file) ?? found.head.fingerprint };
      for (const entry of head.entries) {
        const bytes = found.contents.get(entry.path) ?? new Uint8Array();
        const wanted = want(entry);
        if (wanted === 'bytes') await take({ entry, bytes });
        if (wanted !== 'file') continue;
        files.put(`${saveDir}/${entry.sha256}`, bytes);
        await take({ entry, file: `${saveDir}/${entry.sha256}` });
      }
      return head;
    },
  };
  return bundles;
}
