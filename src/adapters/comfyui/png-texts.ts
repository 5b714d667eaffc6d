import { inflateSync } from 'node:zlib';

/** A text of a picture, unpacked. A graph has kilobytes; a bomb has more. */
const maxTextBytes = 8 * 1024 * 1024;
/** All texts of one picture together, and how many are looked at. */
const maxTexts = 64;

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Returns the text chunks of a PNG by keyword. Throws an Error that says what is wrong with the bytes. */
export function pngTexts(data: Uint8Array): Readonly<Record<string, string>> {
  const png = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (!png.subarray(0, 8).equals(signature)) throw new Error('is no PNG');
  const texts = new Map<string, string>();
  let nTexts = 0;
  for (let at = 8; at + 12 <= png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (body.length < length) throw new Error('ends too early');
    if (type === 'IEND') break;
    const read = readers[type];
    if (read !== undefined) {
      nTexts += 1;
      if (nTexts > maxTexts) throw new Error(`carries more than ${maxTexts} texts`);
      const end = body.indexOf(0);
      const keyword = body.toString('latin1', 0, Math.max(end, 0));
      if (end > 0 && !texts.has(keyword)) texts.set(keyword, read(body.subarray(end + 1)));
    }
    at += 12 + length;
  }
  return Object.fromEntries(texts);
}

/** What comes after the keyword and its zero byte. */
const readers: Readonly<Record<string, (rest: Buffer) => string>> = {
  tEXt: (rest) => limited(rest).toString('latin1'),
  // One byte names the method: 0 is zlib, and there is no other.
  zTXt: (rest) => unpacked(rest.subarray(1)).toString('latin1'),
  iTXt: (rest) => {
    // Flag, method, language, its zero byte, translated keyword, its zero byte, text in UTF-8.
    const language = rest.indexOf(0, 2);
    const translated = language === -1 ? -1 : rest.indexOf(0, language + 1);
    if (translated === -1) throw new Error('has a text chunk that ends too early');
    const text = rest.subarray(translated + 1);
    return (rest[0] === 1 ? unpacked(text) : limited(text)).toString('utf8');
  },
};

function limited(text: Buffer): Buffer {
  if (text.length > maxTextBytes) throw new Error(`carries a text of ${text.length} bytes`);
  return text;
}

function unpacked(text: Buffer): Buffer {
  try {
    return inflateSync(text, { maxOutputLength: maxTextBytes });
  } catch (error) {
    const isBomb = error instanceof RangeError || (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new Error(
      isBomb
        ? `carries a text that unpacks to more than ${maxTextBytes} bytes`
        : 'carries a text that cannot be unpacked',
      { cause: error },
    );
  }
}
