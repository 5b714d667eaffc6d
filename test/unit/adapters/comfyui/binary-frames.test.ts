import { describe, expect, it } from 'vitest';

import { readBinaryFrame } from '../../../../src/adapters/comfyui/binary-frames.ts';

const u32 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, 4 * at);
  return bytes;
};
const picture = Buffer.from('picture bytes');
const withTell = (told: string, size = Buffer.byteLength(told)): Buffer =>
  Buffer.concat([u32(4, size), Buffer.from(told), picture]);

describe('a binary frame', () => {
  it('of kind 1 is a preview of whatever node runs', () => {
    const preview = { kind: 'preview', image: picture, node: null, promptId: null };
    expect(readBinaryFrame(Buffer.concat([u32(1, 1), picture]))).toEqual({ ...preview, format: 'jpeg' });
    expect(readBinaryFrame(Buffer.concat([u32(1, 2), picture]))).toEqual({ ...preview, format: 'png' });
    expect(readBinaryFrame(Buffer.concat([u32(1, 9), picture]))).toEqual({ ...preview, format: 'unknown' });
  });

  it('of kind 4 is a preview that says of what it is', () => {
    const told = JSON.stringify({ node_id: '3', prompt_id: 'p', image_type: 'image/jpeg', display_node_id: '3' });
    expect(readBinaryFrame(withTell(told))).toEqual({
      kind: 'preview',
      format: 'jpeg',
      image: picture,
      node: '3',
      promptId: 'p',
    });
  });

  it('of kind 3 is a text of a node, and cut', () => {
    const text = Buffer.concat([u32(3, 2), Buffer.from('17'), Buffer.from('é'.repeat(2_000))]);
    expect(readBinaryFrame(text)).toEqual({ kind: 'text', node: '17', text: 'é'.repeat(500) });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['half a head', u32(1)],
    ['an unknown kind', Buffer.concat([u32(77, 1), picture])],
    ['a text whose node is longer than it', Buffer.concat([u32(3, 0xffffffff), picture])],
    ['a preview whose tell is longer than it', withTell('{}', 0xffffffff)],
    ['a preview with a tell of a megabyte', withTell(' '.repeat(1_000_000))],
  ])('of %s is another one', (_, bytes) => {
    expect(readBinaryFrame(bytes)).toEqual({ kind: 'other' });
  });

  it('whose tell is no JSON is a preview of nothing known', () => {
    expect(readBinaryFrame(withTell('{"node_id":'))).toMatchObject({ kind: 'preview', format: 'unknown', node: null });
  });
});
