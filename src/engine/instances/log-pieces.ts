import type { Files } from '../../ports/index.ts';

/**
 * A piece of the log of an instance. All pieces together are one log, and a place in it is counted from the beginning of the first:
 * it stays the same when the log is put away, and a hole is where pieces were removed.
 */
export interface LogPiece {
  readonly path: string;
  /** Place in the log at which it begins. */
  readonly fromByte: number;
  readonly sizeBytes: number;
  /** The service writes to it. */
  readonly isLive: boolean;
  readonly fileId: string;
}

/** Digits of a place in a name, so that names stand in the order of the places. */
const nDigits = 15;

/** The path of the piece that begins at the place. It comes there when the live file is cut, not before. */
export const piecePath = (path: string, fromByte: number): string =>
  `${path}.${String(fromByte).padStart(nDigits, '0')}`;

/** Where the live file is copied to. It lies there only while that is done, or when a kill came between. */
export const cuttingPath = (path: string): string => `${path}.cutting`;

/** Returns the pieces of the log, oldest first; the live file is the last. Nothing where neither is there. */
export async function logPieces(files: Pick<Files, 'list' | 'readPart'>, path: string): Promise<readonly LogPiece[]> {
  const pieces: LogPiece[] = [];
  const at = path.lastIndexOf('/');
  const prefix = `${path.slice(at + 1)}.`;
  for (const name of await files.list(path.slice(0, at))) {
    const place = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    if (!/^\d{15}$/.test(place)) continue;
    const piece = await pieceOf(files, { path: `${path}.${place}`, fromByte: Number(place), isLive: false });
    if (piece !== undefined) pieces.push(piece);
  }
  const live = await pieceOf(files, { path, fromByte: endOf(pieces), isLive: true });
  return live === undefined ? pieces : [...pieces, live];
}

/** The place behind the last byte of the log. */
export function endOf(pieces: readonly LogPiece[]): number {
  const last = pieces.at(-1);
  return last === undefined ? 0 : last.fromByte + last.sizeBytes;
}

/** Returns the last bytes of the log, over pieces, up to a hole; undefined where there is none. `isCut`: more stands before them. */
export async function readLogEnd(
  files: Pick<Files, 'list' | 'readPart'>,
  path: string,
  maxBytes: number,
): Promise<{ readonly text: string; readonly isCut: boolean } | undefined> {
  const pieces = await logPieces(files, path);
  if (pieces.length === 0) return undefined;
  const chunks: Uint8Array[] = [];
  let left = maxBytes;
  let beginsAt = endOf(pieces);
  for (const piece of pieces.toReversed()) {
    if (left <= 0 || piece.fromByte + piece.sizeBytes !== beginsAt) break;
    const offset = Math.max(0, piece.sizeBytes - left);
    const part = await files.readPart(piece.path, { offset, maxBytes: piece.sizeBytes - offset });
    if (part === undefined) break;
    chunks.unshift(part.bytes);
    left -= part.bytes.length;
    beginsAt = piece.fromByte + offset;
  }
  return { text: new TextDecoder().decode(joined(chunks)), isCut: beginsAt > 0 };
}

async function pieceOf(
  files: Pick<Files, 'readPart'>,
  piece: Pick<LogPiece, 'path' | 'fromByte' | 'isLive'>,
): Promise<LogPiece | undefined> {
  const part = await files.readPart(piece.path, { offset: 0, maxBytes: 0 });
  return part === undefined ? undefined : { ...piece, sizeBytes: part.sizeBytes, fileId: part.fileId };
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
