import type { Bundles } from '../../ports/bundles.ts';
import type { Files } from '../../ports/files.ts';
import { guarded } from '../files/file-fault.ts';
import { scanBundle } from './read-bundle.ts';
import { ensureKey, findKey, type SigningKey } from './signing.ts';
import { nothingWritten, writeBundle } from './write-bundle.ts';

/** Creates the port to bundles. */
export function createBundles({ files }: { files: Files }): Bundles {
  const signer = (keyFile: string): Promise<SigningKey> =>
    guarded('make the signing key', keyFile, () => ensureKey(files, keyFile), nothingWritten);
  return {
    findSigner: async (keyFile) => (await findKey(files, keyFile))?.fingerprint,
    ensureSigner: async (keyFile) => (await signer(keyFile)).fingerprint,
    async write({ keyFile, ...request }) {
      const key = await signer(keyFile);
      return guarded('write the bundle', request.file, () => writeBundle(files, key, request), nothingWritten);
    },
    scan: (file, options = {}) =>
      guarded('read the bundle', file, () => scanBundle(file, options), 'Nothing of it was used.'),
  };
}
