import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { Fault } from '../../base/fault.ts';
import type { BundleEntry, BundleHead, CheckedPart, ScanOptions } from '../../ports/bundles.ts';
import { headName, maxHeadBytes, parseHead, signatureBytes, signatureName } from './head.ts';
import { checkSignature } from './signing.ts';
import { blockBytes, memberBytes, paddingOf, sizeInHeader, tarHeader, trailerBytes } from './tar.ts';

const pieceBytes = 1024 * 1024;

/**
 * Reads a bundle from the first byte to the last: the signed list first, then exactly the parts that it names, in its
 * order, each with the one header that it can have, zeros where zeros belong, and nothing behind the end. A part is
 * given away only after its hash was checked.
 */
export async function scanBundle(file: string, options: ScanOptions): Promise<BundleHead> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw invalid(file, 0, 'it is no plain file');
    const reader = new Reader(handle, file, stat.size);
    const head = await readHead(reader);
    const sizeBytes = head.entries.reduce((sum, one) => sum + memberBytes(one.sizeBytes), reader.at + trailerBytes);
    if (stat.size !== sizeBytes) {
      const what = stat.size < sizeBytes ? 'it is cut off' : 'there is more than belongs to it';
      throw invalid(file, Math.min(stat.size, sizeBytes), `${what}: ${stat.size} bytes instead of ${sizeBytes}`);
    }
    for (const entry of head.entries) await readPart(reader, entry, options);
    await reader.zeros(trailerBytes, 'the end of the archive');
    return { ...head, sizeBytes };
  } finally {
    await handle.close();
  }
}

async function readHead(reader: Reader): Promise<Omit<BundleHead, 'sizeBytes'>> {
  const length = sizeInHeader(await reader.bytes(blockBytes), headName);
  if (length === undefined || length > maxHeadBytes) throw reader.wrong('it does not begin with a list of parts');
  const text = await reader.bytes(length);
  await reader.zeros(paddingOf(length), 'after the list of parts');
  await reader.header(signatureName, signatureBytes);
  const signature = await reader.bytes(signatureBytes);
  await reader.zeros(paddingOf(signatureBytes), 'after the signature');
  const head = parseHead(text);
  if (typeof head === 'string') throw reader.wrong(head);
  const fingerprint = checkSignature(text, signature, head.publicKey);
  if (fingerprint === undefined) throw reader.wrong('its signature is not one of the key that it names');
  const digest = createHash('sha256').update(text).digest('hex');
  return { fingerprint, digest, body: head.body, entries: head.files };
}

async function readPart(reader: Reader, entry: BundleEntry, options: ScanOptions): Promise<void> {
  const { path, sizeBytes, sha256 } = entry;
  const wanted = options.want?.(entry) ?? 'nothing';
  await reader.header(path, sizeBytes);
  const saved = wanted === 'file' ? join(options.saveDir ?? '', sha256) : undefined;
  const out = saved === undefined ? undefined : await openNew(saved);
  const pieces: Uint8Array[] = [];
  const hash = createHash('sha256');
  let isGood = false;
  try {
    for (let left = sizeBytes; left > 0;) {
      options.signal?.throwIfAborted();
      const piece = await reader.bytes(Math.min(left, pieceBytes));
      left -= piece.length;
      hash.update(piece);
      if (wanted === 'bytes') pieces.push(piece);
      await out?.writeFile(piece);
    }
    if (hash.digest('hex') !== sha256) throw reader.wrong(`${path} is not what was signed`);
    await out?.sync();
    isGood = true;
  } finally {
    await out?.close();
    if (saved !== undefined && !isGood) await unlink(saved).catch(() => {}); // The first failure is the one to tell.
  }
  await reader.zeros(paddingOf(sizeBytes), `after ${path}`);
  const part: CheckedPart | undefined =
    saved !== undefined
      ? { entry, file: saved }
      : wanted === 'bytes'
        ? { entry, bytes: Buffer.concat(pieces) }
        : undefined;
  if (part !== undefined) await options.take?.(part);
}

/** What an interrupted scan left under the name is removed. */
async function openNew(file: string): Promise<FileHandle> {
  await unlink(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  return open(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o644);
}

/** Reads a file in order and knows where it is. */
class Reader {
  at = 0;
  readonly #handle: FileHandle;
  readonly #file: string;
  readonly #sizeBytes: number;

  constructor(handle: FileHandle, file: string, sizeBytes: number) {
    this.#handle = handle;
    this.#file = file;
    this.#sizeBytes = sizeBytes;
  }

  async bytes(length: number): Promise<Buffer> {
    if (this.at + length > this.#sizeBytes) throw this.wrong('it is cut off');
    const buffer = Buffer.allocUnsafe(length);
    for (let filled = 0; filled < length;) {
      const { bytesRead } = await this.#handle.read(buffer, filled, length - filled, this.at + filled);
      if (bytesRead === 0) throw this.wrong('it became shorter while it was read');
      filled += bytesRead;
    }
    this.at += length;
    return buffer;
  }

  async header(path: string, sizeBytes: number): Promise<void> {
    const header = await this.bytes(blockBytes);
    if (!header.equals(tarHeader(path, sizeBytes))) throw this.wrong(`${path} was expected here`);
  }

  async zeros(length: number, where: string): Promise<void> {
    if ((await this.bytes(length)).some((byte) => byte !== 0)) throw this.wrong(`there is something ${where}`);
  }

  wrong(what: string): Fault {
    return invalid(this.#file, this.at, what);
  }
}

const invalid = (file: string, at: number, what: string): Fault =>
  new Fault('BUNDLE_INVALID', `${file} is no bundle that can be trusted: ${what} (before byte ${at}).`, {
    hints: ['Copy it again from where it was made.'],
    state: 'Nothing of it was used.',
    data: { file, byte: at },
  });
