import { inflateSync } from 'node:zlib';

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly texts: Readonly<Record<string, string>>;
  /** Distinct colours, as hexadecimal. */
  readonly colours: ReadonlySet<string>;
}

/** Reads an 8-bit RGB PNG whose lines are not filtered, which is what the simulator writes. */
export function readPng(bytes: Buffer): Picture {
  if (bytes.toString('latin1', 0, 8) !== '\x89PNG\r\n\x1a\n') throw new Error('not a PNG');
  const texts: Record<string, string> = {};
  const data: Buffer[] = [];
  let width = 0;
  let height = 0;
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const kind = bytes.toString('latin1', at + 4, at + 8);
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (kind === 'IHDR') {
      width = body.readUInt32BE(0);
      height = body.readUInt32BE(4);
      if (body[8] !== 8 || body[9] !== 2) throw new Error('not 8-bit RGB');
    }
    if (kind === 'tEXt')
      texts[body.toString('latin1', 0, body.indexOf(0))] = body.toString('latin1', body.indexOf(0) + 1);
    if (kind === 'IDAT') data.push(body);
    at += 12 + length;
  }
  const lines = inflateSync(Buffer.concat(data));
  const row = width * 3 + 1;
  if (lines.length !== row * height) throw new Error('pixels are missing');
  const colours = new Set<string>();
  for (let y = 0; y < height; y++) {
    if (lines[y * row] !== 0) throw new Error('a filtered line');
    for (let x = 0; x < width; x++) colours.add(lines.toString('hex', y * row + 1 + x * 3, y * row + 4 + x * 3));
  }
  return { width, height, texts, colours };
}
