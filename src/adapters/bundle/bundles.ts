import type { Bundles } from '../../ports/bundles.ts';
import type { Files } from '../../ports/files.ts';
import { guarded } from '../files/file-fault.ts';
import { scanBundle } from './read-bundle.ts';
import { ensureKey, findKey } from './signing.ts';
import { nothingWritten, writeBundle } from './write-bundle.ts';

/** Creates the port to bundles. */
export function createBundles({ files }: { files: Files }): Bundles {
  return {
    findSigner: async (keyFile) => (await findKey(files, keyFile))?.fingerprint,
    ensureSigner: async (keyFile) => (await ensureKey(files, keyFile)).fingerprint,
    async write({ keyFile, ...request }) {
      const signer = await ensureKey(files, keyFile);
      return guarded('write the bundle', request.file, () => writeBundle(files, signer, request), nothingWritten);
    },
    scan: (file, options = {}) =>
      guarded('read the bundle', file, () => scanBundle(file, options), 'Nothing of it was used.'),
  };
}
