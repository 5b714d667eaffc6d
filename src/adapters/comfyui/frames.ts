/** What a server sends on a WebSocket (RFC 6455, 5.2). */
export type Frame =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'binary'; readonly bytes: Buffer }
  | { readonly kind: 'ping'; readonly bytes: Buffer }
  | { readonly kind: 'pong' }
  | { readonly kind: 'close' }
  /** A message of that many bytes that was read past and not kept. */
  | { readonly kind: 'too-large'; readonly sizeBytes: number };

/** Control frames are this short at most (5.5). */
const maxControlBytes = 125;

interface Head {
  readonly opcode: number;
  readonly isLast: boolean;
  readonly sizeBytes: number;
  readonly headBytes: number;
}

/**
 * Returns a reader of the bytes of a server: each call gives the messages that became whole. A message above `maxBytes`
 * is passed over and told as soon as its size is known, so that no more than that is ever held. Throws on bytes that are no frames: the
 * connection cannot be read any further then.
 */
export function createFrameReader(maxBytes: number): (chunk: Buffer) => readonly Frame[] {
  let kept: Buffer[] = [];
  let nKept = 0;
  /** Bytes of a frame that is passed over. */
  let nToSkip = 0;
  let message = { opcode: 0, parts: [] as Buffer[], sizeBytes: 0 };

  return (chunk) => {
    const frames: Frame[] = [];
    const skipped = Math.min(nToSkip, chunk.length);
    nToSkip -= skipped;
    if (skipped < chunk.length) kept.push(chunk.subarray(skipped));
    nKept += chunk.length - skipped;
    while (nToSkip === 0) {
      const head = nKept >= 2 ? readHead(kept) : undefined;
      if (head === undefined) break;
      if (head.opcode >= 8 && (head.sizeBytes > maxControlBytes || !head.isLast))
        throw new Error('a bad control frame');
      const isTooLarge = head.opcode < 8 && message.sizeBytes + head.sizeBytes > maxBytes;
      if (!isTooLarge && nKept < head.headBytes + head.sizeBytes) break;
      const all = Buffer.concat(kept);
      const body = all.subarray(head.headBytes, head.headBytes + head.sizeBytes);
      const rest = all.subarray(head.headBytes + body.length);
      nToSkip = head.sizeBytes - body.length;
      [kept, nKept] = [rest.length > 0 ? [rest] : [], rest.length];
      const frame = head.opcode >= 8 ? controlOf(head.opcode, body) : dataOf(head, isTooLarge ? undefined : body);
      if (frame !== undefined) frames.push(frame);
    }
    return frames;
  };

  function dataOf({ opcode, isLast, sizeBytes }: Head, body: Buffer | undefined): Frame | undefined {
    if (opcode > 2 || (opcode === 0) !== message.opcode > 0) throw new Error('a frame of an unknown kind');
    if (opcode > 0) message = { opcode, parts: [], sizeBytes: 0 };
    message.sizeBytes += sizeBytes;
    if (body !== undefined) message.parts.push(Buffer.from(body));
    else message.parts = [];
    if (!isLast) return undefined;
    const whole = message;
    message = { opcode: 0, parts: [], sizeBytes: 0 };
    if (whole.sizeBytes > maxBytes) return { kind: 'too-large', sizeBytes: whole.sizeBytes };
    const bytes = Buffer.concat(whole.parts);
    return whole.opcode === 1 ? { kind: 'text', text: bytes.toString('utf8') } : { kind: 'binary', bytes };
  }
}

function controlOf(opcode: number, body: Buffer): Frame {
  if (opcode === 8) return { kind: 'close' };
  if (opcode === 9) return { kind: 'ping', bytes: Buffer.from(body) };
  if (opcode === 10) return { kind: 'pong' };
  throw new Error('a frame of an unknown kind');
}

/** Undefined while the head is not there yet. */
function readHead(kept: readonly Buffer[]): Head | undefined {
  const first = kept[0];
  if (first === undefined) return undefined;
  const start = first.length >= 10 ? first : Buffer.concat(kept.slice(0, 10)).subarray(0, 10);
  const [flags, short] = [start[0] ?? 0, start[1] ?? 0];
  // A server never masks, and no extension was agreed on.
  if ((flags & 0x70) !== 0 || (short & 0x80) !== 0) throw new Error('bytes that are no frame');
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
  if (start.length < 2 + lengthBytes) return undefined;
  const size = lengthBytes === 8 ? Number(start.readBigUInt64BE(2)) : lengthBytes === 2 ? start.readUInt16BE(2) : short;
  if (!Number.isSafeInteger(size)) throw new Error('a frame without end');
  return { opcode: flags & 15, isLast: (flags & 0x80) !== 0, sizeBytes: size, headBytes: 2 + lengthBytes };
}

/** Returns a frame as a client sends it: whole, and masked with the four bytes. `opcode`: 1 text, 8 close, 9 ping, 10 pong. */
export function clientFrame(opcode: number, payload: Buffer, mask: Buffer): Buffer {
  const size = payload.length;
  const head =
    size < 126 ? Buffer.from([0x80 | opcode, 0x80 | size]) : Buffer.from([0x80 | opcode, 0xfe, size >> 8, size & 255]);
  return Buffer.concat([head, mask, payload.map((byte, at) => byte ^ (mask[at & 3] ?? 0))]);
}
