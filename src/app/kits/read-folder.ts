import { Fault } from '../../base/fault.ts';
import { type KitFile, kitLimits } from '../../domain/kits/manifest.ts';
import type { Files } from '../../ports/index.ts';

/** How deep the files of a kit lie. */
const deepest = 8;

/**
 * Reads the files of a folder as a kit's, sorted by path. Links, pipes, repositories, strange names, what is no text and what is too
 * much are refused with their path, before anything of the next file is read. Fault `TEMPLATE_REFUSED`, `FILE_ACCESS`.
 */
export async function readKitFolder(files: Files, dir: string): Promise<readonly KitFile[]> {
  const real = await files.realPath(dir);
  if (real === undefined || (await files.info(dir))?.kind !== 'directory') throw refused(dir, 'is no folder');
  const found: KitFile[] = [];
  let totalBytes = 0;
  const visit = async (below: string, depth: number): Promise<void> => {
    for (const name of await files.list(`${real}/${below}`)) {
      const path = `${below}${name}`;
      const file = `${real}/${path}`;
      const kind = (await files.info(file))?.kind;
      if (!/^(?!\.)[A-Za-z0-9._-]+$/.test(name)) throw refused(path, 'has a name that no file of a template has');
      if (kind === 'directory') {
        if (depth === deepest) throw refused(path, `lies deeper than ${deepest} folders`);
        await visit(`${path}/`, depth + 1);
        continue;
      }
      if (kind !== 'file') throw refused(path, kind === 'link' ? 'is a link' : 'is no plain file');
      if (found.length > kitLimits.files) throw refused(path, `is one too many: ${kitLimits.files} files are the most`);
      const bytes = await readOne(files, file, path);
      totalBytes += bytes.byteLength;
      if (totalBytes > kitLimits.totalBytes) throw refused(path, 'is too much: a template has at most 1 MiB');
      // A folder on the way can have become a link since it was listed.
      if ((await files.realPath(file)) !== file) throw refused(path, 'leads out of the folder');
      found.push({ path, bytes });
    }
  };
  await visit('', 0);
  return found;
}

/** Reads one file of a kit; a link at its end is never followed. */
export async function readOne(files: Files, file: string, path: string): Promise<Uint8Array> {
  const part = await files.readPart(file, { offset: 0, maxBytes: kitLimits.fileBytes + 1 });
  if (part === undefined) throw refused(path, 'is gone');
  if (part.bytes.byteLength > kitLimits.fileBytes) throw refused(path, 'is larger than 256 KiB');
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(part.bytes);
    if (text.includes('\0')) throw new TypeError('NUL');
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw refused(path, 'is no text in UTF-8');
  }
  return part.bytes;
}

export const refused = (path: string, why: string): Fault =>
  new Fault('TEMPLATE_REFUSED', `${path} ${why}.`, { state: 'Nothing was added.', data: { path } });
