import { createHash, hash } from 'node:crypto';
import { closeSync, constants, openSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';

import type { FileManifest } from '../../ports/files.ts';
import { textOf, walk } from './walk.ts';

/** Files up to this size are read in one piece; larger ones in pieces of it. */
const pieceBytes = 1024 * 1024;
/** Not following: the look at the entry said what it is. Not blocking: it may have become a pipe since. */
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Hashes every file below a folder. Folders themselves have no line; an absent folder has an empty manifest. */
export async function manifestOf(dir: string, skip?: (relativePath: string) => boolean): Promise<FileManifest> {
  const files: { name: string; line: string }[] = [];
  let sizeBytes = 0;
  await walk(dir, {
    ...(skip === undefined ? {} : { skip }),
    entry({ path, name, stat }) {
      const add = (content: string): void => {
        files.push({ name, line: `${content} ${(stat.mode & 0o7777).toString(8)} ${name}` });
        if (stat.isFile()) sizeBytes += stat.size;
      };
      if (stat.isFile() && stat.size > pieceBytes) return hashLarge(path).then(add);
      return add(contentOf(path, stat));
    },
  });
  files.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const lines = files.map((file) => file.line);
  return { digest: hash('sha256', lines.map((line) => `${line}\n`).join('')), nFiles: lines.length, sizeBytes, lines };
}

function contentOf(path: Buffer, stat: Stats): string {
  if (stat.isSymbolicLink()) return `->${textOf(readlinkSync(path, { encoding: 'buffer' }))}`;
  if (!stat.isFile()) return '!not-a-file';
  const file = openSync(path, openFlags);
  try {
    return hash('sha256', readFileSync(file));
  } finally {
    closeSync(file);
  }
}

async function hashLarge(path: Buffer): Promise<string> {
  const handle = await open(path, openFlags);
  try {
    const digest = createHash('sha256');
    const piece = Buffer.allocUnsafe(pieceBytes);
    for (;;) {
      const { bytesRead } = await handle.read(piece, 0, pieceBytes, null);
      if (bytesRead === 0) return digest.digest('hex');
      digest.update(piece.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}
