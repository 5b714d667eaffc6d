import { Fault } from '../../base/fault.ts';
import { type KitFile, printManifest } from '../../domain/kits/manifest.ts';
import type { App } from '../app.ts';
import { ownShelf, readShelved, type Shelved } from './shelf.ts';

/** Where a kit lies now, and where the damaged one of the same id was moved to, or null where there was none. */
export interface Placed {
  readonly dir: string;
  readonly setAside: string | null;
}

/**
 * Puts checked files on the shelf of the installation's own kits, with a manifest: written beside the place and then moved there. What
 * lies there and is whole stays; what is damaged is moved aside, and nothing of it is deleted. A repeat is safe.
 * Faults: `NOTHING_TO_DO` for these very files, `TEMPLATE_EXISTS` for others.
 */
export async function putOnShelf(app: App, id: string, files: readonly KitFile[]): Promise<Placed> {
  const { paths } = await app.installation();
  const { outside } = app;
  const shelf = ownShelf(paths.state);
  const dir = `${shelf}/${id}`;
  const manifest = printManifest(files, (bytes) => outside.digest.sha256(bytes));
  const exists = new Fault('TEMPLATE_EXISTS', `${id} is there already, with other files.`, {
    hints: [`Give it another id in template.yaml, or move ${dir} away first.`],
    state: 'Nothing was changed.',
  });
  const isDamaged = await holdsDamaged(app, { id, origin: 'yours', dir });
  if (isDamaged === false) {
    if ((await outside.files.readText(`${dir}/manifest.json`)) !== manifest) throw exists;
    throw new Fault('NOTHING_TO_DO', `${id} was added before, with these very files.`, {
      state: 'Nothing was changed.',
    });
  }
  const beside = `${shelf}/.new-${outside.random.hex(6)}`;
  try {
    for (const { path, bytes } of [...files, { path: 'manifest.json', bytes: new TextEncoder().encode(manifest) }]) {
      const at = `${beside}/${path}`;
      await outside.files.ensureDir(at.slice(0, at.lastIndexOf('/')), { mode: 0o700 });
      await outside.files.writeAtomic(at, bytes, { mode: 0o600 });
    }
    // The name begins with a dot: it is no kit from then on.
    const setAside = isDamaged === true ? `${shelf}/.damaged-${id}-${outside.random.hex(6)}` : null;
    if (setAside !== null) await outside.files.rename(dir, setAside);
    if ((await outside.files.moveNew(beside, dir)) === 'taken') throw exists;
    return { dir, setAside };
  } finally {
    await outside.files.remove(beside);
  }
}

/** Whether what lies there cannot be used; undefined where nothing lies there. */
async function holdsDamaged(app: App, shelved: Shelved): Promise<boolean | undefined> {
  if ((await app.outside.files.info(shelved.dir)) === undefined) return undefined;
  try {
    await readShelved(app, shelved);
    return false;
  } catch (error) {
    if (error instanceof Fault) return true;
    throw error;
  }
}
