import { deflateSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { pngTexts } from '../../../../src/adapters/comfyui/png-texts.ts';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function chunk(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body, Buffer.alloc(4)]);
}

const png = (...chunks: Buffer[]): Buffer => Buffer.concat([signature, ...chunks, chunk('IEND', Buffer.alloc(0))]);
const text = (keyword: string, value: string): Buffer => chunk('tEXt', Buffer.from(`${keyword}\0${value}`, 'latin1'));

describe('pngTexts', () => {
  it('reads the three kinds of text', () => {
    const compressed = deflateSync(Buffer.from('{"b":2}'));
    const international = Buffer.concat([Buffer.from('c\0\x00\x00de\0wort\0', 'latin1'), Buffer.from('grün')]);
    const both = Buffer.concat([Buffer.from('d\0\x01\x00\0\0', 'latin1'), deflateSync(Buffer.from('blå'))]);
    expect(
      pngTexts(
        png(
          text('prompt', '{"a":1}'),
          chunk('zTXt', Buffer.concat([Buffer.from('b\0\0', 'latin1'), compressed])),
          chunk('iTXt', international),
          chunk('iTXt', both),
        ),
      ),
    ).toEqual({ prompt: '{"a":1}', b: '{"b":2}', c: 'grün', d: 'blå' });
  });

  it('lets the first of a keyword count, and stops at the end', () => {
    const after = Buffer.concat([png(text('prompt', 'first'), text('prompt', 'second')), text('late', 'x')]);
    expect(pngTexts(after)).toEqual({ prompt: 'first' });
  });

  it('does not unpack a bomb', () => {
    const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(100_000);
    expect(() => pngTexts(png(chunk('zTXt', Buffer.concat([Buffer.from('prompt\0\0', 'latin1'), bomb]))))).toThrow(
      'unpacks to more than',
    );
  });

  it.each([
    ['no PNG', Buffer.from('GIF89a'), 'is no PNG'],
    ['one that is cut off', png(text('prompt', 'long enough')).subarray(0, 24), 'ends too early'],
    [
      'a length that leads outside',
      Buffer.concat([signature, Buffer.from([0xff, 0xff, 0xff, 0xff]), Buffer.from('tEXtabcd1234')]),
      'ends too early',
    ],
    ['packed text that is none', png(chunk('zTXt', Buffer.from('prompt\0\0nonsense', 'latin1'))), 'cannot be unpacked'],
    ['very many texts', png(...Array.from({ length: 70 }, (_, n) => text(`k${n}`, 'v'))), 'more than 64'],
  ])('refuses %s', (_what, data, why) => {
    expect(() => pngTexts(data)).toThrow(why);
  });
});
