import { expect, test } from 'vitest';

import { fileHead } from '../../../../src/domain/models/file-head.ts';

/** The first bytes of a safetensors file with a header of so many bytes. */
function safetensors(headerBytes: number): Uint8Array {
  const head = Buffer.alloc(40);
  head.writeBigUInt64LE(BigInt(headerBytes));
  head.write('{"w":{"dtype":"F32"', 8);
  return head;
}

test('a safetensors file is one, whatever the bytes of its length look like', () => {
  // 640 begins as a pickle does, 32968 is a letter of two bytes, 1280 and 2688 are pickles of later protocols.
  for (const headerBytes of [2, 104, 640, 896, 1_152, 1_280, 2_688, 32_968, 560_927, 100_000_000])
    expect(fileHead(safetensors(headerBytes))).toEqual({ kind: 'safetensors', headerBytes });
});

test('what has no length that a reader takes, or no brace behind it, is no safetensors file', () => {
  expect(fileHead(safetensors(100_000_001)).kind).toBe('unknown');
  expect(fileHead(safetensors(1)).kind).toBe('unknown');
  const pickle = Buffer.from([0x80, 0x02, 0, 0, 0, 0, 0, 0, 0x8a, 0x0a]);
  expect(fileHead(pickle).kind).toBe('pickle');
  expect(fileHead(Buffer.from('PK\u0003\u0004\0\0\0\0\0\0')).kind).toBe('zip');
  expect(fileHead(Buffer.from('{"error":"gated"}')).kind).toBe('json');
  expect(fileHead(Buffer.alloc(9)).kind).toBe('zeros');
  expect(fileHead(new Uint8Array()).kind).toBe('empty');
});
