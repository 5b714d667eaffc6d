import { describe, expect, it } from 'vitest';

import { clientFrame, createFrameReader, type Frame } from '../../../../src/adapters/comfyui/frames.ts';

const maxBytes = 70_000;

/** A frame as a server sends it. */
function frame(opcode: number, payload: string, { isLast = true } = {}): Buffer {
  const body = Buffer.from(payload);
  const head = Buffer.alloc(body.length < 126 ? 2 : body.length < 65_536 ? 4 : 10);
  head[0] = (isLast ? 0x80 : 0) | opcode;
  head[1] = head.length === 2 ? body.length : head.length === 4 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(body.length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(body.length), 2);
  return Buffer.concat([head, body]);
}

function readAll(bytes: Buffer, pieceBytes: number): Frame[] {
  const read = createFrameReader(maxBytes);
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) frames.push(...read(bytes.subarray(at, at + pieceBytes)));
  return frames;
}

describe('the reader of frames', () => {
  const long = 'x'.repeat(300);
  const longer = 'y'.repeat(66_000);
  const bytes = Buffer.concat([
    frame(1, 'one'),
    frame(9, 'p'),
    frame(2, '\u0001'),
    frame(1, long),
    frame(1, 'in ', { isLast: false }),
    frame(10, ''),
    frame(0, 'parts'),
    frame(1, longer),
    frame(1, 'z'.repeat(maxBytes + 1)),
    frame(1, 'a'.repeat(60_000), { isLast: false }),
    frame(0, 'b'.repeat(20_000), { isLast: false }),
    frame(0, 'c'),
    frame(1, 'last'),
    frame(8, ''),
  ]);

  it.each([1, 7, 4096, bytes.length])('tells the same messages in pieces of %d bytes', (pieceBytes) => {
    expect(readAll(bytes, pieceBytes)).toEqual([
      { kind: 'text', text: 'one' },
      { kind: 'ping', bytes: Buffer.from('p') },
      { kind: 'binary', bytes: Buffer.from([1]) },
      { kind: 'text', text: long },
      { kind: 'pong' },
      { kind: 'text', text: 'in parts' },
      { kind: 'text', text: longer },
      { kind: 'too-large', sizeBytes: maxBytes + 1 },
      { kind: 'too-large', sizeBytes: 80_001 },
      { kind: 'text', text: 'last' },
      { kind: 'close' },
    ]);
  });

  it.each([
    ['an HTTP answer', Buffer.from('HTTP/1.1 200 OK\r\n\r\n')],
    ['a masked frame', clientFrame(1, Buffer.from('x'), Buffer.from([1, 2, 3, 4]))],
    ['a part of no message', frame(0, 'x')],
    ['a message inside of a message', Buffer.concat([frame(1, 'x', { isLast: false }), frame(1, 'y')])],
    ['a ping of 126 bytes', frame(9, 'x'.repeat(126))],
    ['an unknown kind', frame(3, 'x')],
    ['a length beyond every number', Buffer.from([0x81, 127, 255, 255, 255, 255, 255, 255, 255, 255])],
  ])('refuses %s', (_, bad) => {
    expect(() => createFrameReader(maxBytes)(bad)).toThrow('frame');
  });
});

it('nothing of a message of 100 MB is held', () => {
  const read = createFrameReader(maxBytes);
  const head = Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeBigUInt64BE(100_000_000n, 2);
  const piece = Buffer.alloc(100_000, 32);
  const before = process.memoryUsage().arrayBuffers;
  // Told as soon as the length is known.
  expect(read(head)).toEqual([{ kind: 'too-large', sizeBytes: 100_000_000 }]);
  let most = 0;
  for (let nSent = 0; nSent < 100_000_000; nSent += piece.length) {
    expect(read(piece)).toEqual([]);
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  expect(read(frame(1, 'next'))).toEqual([{ kind: 'text', text: 'next' }]);
  expect(most).toBeLessThan(1_000_000);
});

it('a frame of a client is masked', () => {
  const sent = clientFrame(1, Buffer.from('abc'), Buffer.from([1, 2, 3, 4]));
  expect([...sent]).toEqual([0x81, 0x83, 1, 2, 3, 4, 97 ^ 1, 98 ^ 2, 99 ^ 3]);
  expect(clientFrame(1, Buffer.alloc(300), Buffer.alloc(4)).readUInt16BE(2)).toBe(300);
});
