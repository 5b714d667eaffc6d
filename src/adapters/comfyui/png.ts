import { inflateSync } from 'node:zlib';

/** A decoded picture: rows without padding, `nChannels` bytes for each pixel. */
export interface Pixels {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly nChannels: number;
  readonly bytes: Buffer;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Channels of each colour type: gray, RGB, gray with alpha, RGBA. A palette is not among them. */
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 4: 2, 6: 4 };
/** 16,384 × 8,192 pixels of RGBA: larger pictures are refused, not decoded into the memory. */
const maxBytes = 512 * 1024 * 1024;

/**
 * Decodes a PNG of 8 bits a channel, not interlaced; all that ComfyUI writes.
 * Format: https://www.w3.org/TR/png-3/. Throws an Error that says what is wrong with the bytes.
 */
export function decodePng(data: Uint8Array): Pixels {
  const png = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (!png.subarray(0, 8).equals(signature)) throw new Error('not a PNG');
  const { header, compressed } = readChunks(png);
  const widthPx = header.readUInt32BE(0);
  const heightPx = header.readUInt32BE(4);
  const [depth, colourType, interlace] = [header[8], header[9] ?? -1, header[12]];
  const nChannels = channelsOf[colourType];
  if (depth !== 8 || nChannels === undefined || interlace !== 0) {
    throw new Error(
      `a PNG of a kind that is not decoded (depth ${depth}, colour type ${colourType}, interlace ${interlace})`,
    );
  }
  const rowBytes = widthPx * nChannels;
  const size = (rowBytes + 1) * heightPx;
  if (widthPx === 0 || heightPx === 0 || size > maxBytes) throw new Error(`a PNG of ${widthPx} × ${heightPx} pixels`);
  const filtered = inflateSync(compressed, { maxOutputLength: size });
  if (filtered.length !== size) throw new Error('a PNG that ends too early');
  return { widthPx, heightPx, nChannels, bytes: unfilter(filtered, { rowBytes, heightPx, nChannels }) };
}

/** Returns true when every pixel has the same value. */
export function isFlat({ bytes, nChannels }: Pixels): boolean {
  // Equal to itself moved by one pixel: every pixel equals the one before it.
  return bytes.subarray(nChannels).equals(bytes.subarray(0, bytes.length - nChannels));
}

function readChunks(png: Buffer): { header: Buffer; compressed: Buffer } {
  let header: Buffer | undefined;
  const parts: Buffer[] = [];
  for (let at = 8; at + 12 <= png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (body.length < length) throw new Error('a PNG that ends too early');
    if (type === 'IHDR') header = body;
    if (type === 'IDAT') parts.push(body);
    if (type === 'IEND') break;
    at += 12 + length;
  }
  if (header === undefined || header.length < 13 || parts.length === 0) throw new Error('a PNG without header or data');
  return { header, compressed: Buffer.concat(parts) };
}

/** Undoes the filter of each row; the result of a row is the input of the next. */
function unfilter(filtered: Buffer, shape: { rowBytes: number; heightPx: number; nChannels: number }): Buffer {
  const { rowBytes, heightPx, nChannels } = shape;
  const bytes = Buffer.alloc(rowBytes * heightPx);
  for (let y = 0; y < heightPx; y += 1) {
    const from = y * (rowBytes + 1);
    const kind = filtered[from] ?? 0;
    const to = y * rowBytes;
    if (kind > 4) throw new Error(`a PNG with the unknown filter ${kind}`);
    for (let x = 0; x < rowBytes; x += 1) {
      const left = x >= nChannels ? (bytes[to + x - nChannels] ?? 0) : 0;
      const up = y > 0 ? (bytes[to + x - rowBytes] ?? 0) : 0;
      const upLeft = y > 0 && x >= nChannels ? (bytes[to + x - rowBytes - nChannels] ?? 0) : 0;
      bytes[to + x] = (filtered[from + 1 + x] ?? 0) + predicted(kind, left, up, upLeft);
    }
  }
  return bytes;
}

/** Positional, because it is called for every byte. */
function predicted(kind: number, left: number, up: number, upLeft: number): number {
  switch (kind) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4:
      return paeth(left, up, upLeft);
    default:
      return 0;
  }
}

function paeth(left: number, up: number, upLeft: number): number {
  const estimate = left + up - upLeft;
  const [toLeft, toUp, toUpLeft] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - upLeft)];
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}
