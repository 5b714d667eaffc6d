import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, open, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { BundleHead, BundlePart } from '../../ports/bundles.ts';
import type { Files } from '../../ports/files.ts';
import { codeOf } from '../files/file-fault.ts';
import { syncFolder } from '../files/sync-folder.ts';
import { headName, maxHeadBytes, printHead, signatureBytes, signatureName } from './head.ts';
import { type SigningKey, signText } from './signing.ts';
import { memberBytes, paddingOf, tarHeader, trailerBytes } from './tar.ts';

const pieceBytes = 1024 * 1024;

export interface WriteRequest {
  readonly file: string;
  readonly body: JsonObject;
  readonly parts: readonly BundlePart[];
  readonly signal?: AbortSignal;
}

/** Writes beside the file and gives it its name last. What fails or is called off on the way leaves nothing. */
export async function writeBundle(files: Files, signer: SigningKey, request: WriteRequest): Promise<BundleHead> {
  const { file, body, parts } = request;
  const entries = parts.map(({ path, sizeBytes, sha256 }) => ({ path, sizeBytes, sha256 }));
  const head = printHead({ publicKey: signer.publicKey, body, files: entries });
  if (head.length > maxHeadBytes) throw new Fault('BUNDLE_INVALID', 'There are too many files for one bundle.');
  const sizeBytes = [head.length, signatureBytes, ...parts.map((part) => part.sizeBytes)].reduce(
    (sum, one) => sum + memberBytes(one),
    trailerBytes,
  );
  await requireRoom(files, file, sizeBytes);
  const temporary = join(dirname(file), `.${basename(file)}.orchestrate-part`);
  await unlinkIfThere(temporary);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle = await open(temporary, flags, 0o600);
  try {
    try {
      await writeBytes(handle, headName, head);
      await writeBytes(handle, signatureName, signText(signer.key, head));
      for (const part of parts) await writePart(handle, part, request.signal);
      await handle.writeFile(Buffer.alloc(trailerBytes));
      await handle.chmod(0o644);
      await handle.sync();
      // Another who writes the same file may have taken the name of ours for a leftover.
      const [ours, there] = [await handle.stat(), await lstat(temporary)];
      if (ours.ino !== there.ino)
        throw new Fault('FILE_ACCESS', `Something else writes ${file} at the same time.`, { state: nothingWritten });
    } finally {
      await handle.close();
    }
    // A link never replaces what is there, as a rename would.
    await link(temporary, file);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw isThere(file, error);
    throw error;
  } finally {
    await unlinkIfThere(temporary);
  }
  try {
    await syncFolder(dirname(file));
  } catch (error) {
    // Nobody knows whether its name would survive: whole or not at all.
    await unlinkIfThere(file);
    throw error;
  }
  const digest = createHash('sha256').update(head).digest('hex');
  return { fingerprint: signer.fingerprint, digest, body, entries, sizeBytes };
}

export const nothingWritten = 'No bundle was written.';

const isThere = (file: string, cause: unknown): Fault =>
  new Fault('FILE_ACCESS', `${file} is there already; it is not replaced.`, {
    state: nothingWritten,
    hints: [],
    cause,
  });

async function requireRoom(files: Files, file: string, sizeBytes: number): Promise<void> {
  if ((await files.info(file)) !== undefined) throw isThere(file, undefined);
  const freeBytes = await files.freeBytes(dirname(file));
  if (freeBytes > sizeBytes) return;
  throw new Fault('DISK_FULL', `The bundle takes ${sizeBytes} bytes, and ${freeBytes} are free at ${dirname(file)}.`, {
    state: nothingWritten,
    hints: ['Write it to another disk, or add --without-wheels.'],
    data: { sizeBytes, freeBytes },
  });
}

async function writeBytes(handle: FileHandle, path: string, bytes: Uint8Array): Promise<void> {
  await handle.writeFile(tarHeader(path, bytes.length));
  await handle.writeFile(bytes);
  await handle.writeFile(Buffer.alloc(paddingOf(bytes.length)));
}

async function writePart(handle: FileHandle, part: BundlePart, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await handle.writeFile(tarHeader(part.path, part.sizeBytes));
  const hash = createHash('sha256');
  let nBytes = 0;
  for await (const piece of piecesOf(await part.content())) {
    signal?.throwIfAborted();
    hash.update(piece);
    nBytes += piece.length;
    await handle.writeFile(piece);
  }
  if (nBytes !== part.sizeBytes || hash.digest('hex') !== part.sha256) {
    const isWheel = part.path.startsWith('wheels/');
    throw new Fault(
      isWheel ? 'WHEEL_HASH_MISMATCH' : 'BUNDLE_INVALID',
      `${isWheel ? 'The kept wheel' : 'The part'} ${part.path} is not what it is named after.`,
      { state: nothingWritten, data: { path: part.path, sha256: part.sha256 } },
    );
  }
  await handle.writeFile(Buffer.alloc(paddingOf(part.sizeBytes)));
}

async function* piecesOf(content: Uint8Array | string): AsyncGenerator<Uint8Array> {
  if (typeof content !== 'string') return yield content;
  const handle = await open(content, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
