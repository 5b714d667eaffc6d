import { describe, expect, it } from 'vitest';

import { decodePng, isFlat } from '../../../../src/adapters/comfyui/png.ts';
import { encodePng } from '../../../contract/support/png-encoder.ts';

describe('the decoder of PNG', () => {
  const noise = (length: number): Buffer =>
    Buffer.from(Array.from({ length }, (_, at) => (at * 7919 + (at >> 3) * 31) & 255));

  it.each([1, 2, 3, 4] as const)('gives back the bytes of %d channels through all five filters', (nChannels) => {
    const pixels = noise(13 * 11 * nChannels);
    const png = encodePng({ widthPx: 13, heightPx: 11, nChannels, pixels, filters: [0, 1, 2, 3, 4] });
    const decoded = decodePng(png);
    expect(decoded).toMatchObject({ widthPx: 13, heightPx: 11, nChannels });
    expect(decoded.bytes.equals(pixels)).toBe(true);
    expect(isFlat(decoded)).toBe(false);
  });

  it('tells a picture of one colour from one with a single other pixel', () => {
    const pixels = Buffer.from(Array.from({ length: 9 * 9 }, () => [10, 20, 30]).flat());
    const flat = { widthPx: 9, heightPx: 9, nChannels: 3, pixels, filters: [4] } as const;
    expect(isFlat(decodePng(encodePng(flat)))).toBe(true);
    const other = Buffer.from(pixels);
    other[pixels.length - 1] = 31;
    expect(isFlat(decodePng(encodePng({ ...flat, pixels: other })))).toBe(false);
  });

  it('says what is wrong with bytes that it does not decode', () => {
    const png = encodePng({ widthPx: 4, heightPx: 4, nChannels: 3, pixels: noise(48), filters: [0] });
    const with_ = (at: number, value: number): Buffer => {
      const copy = Buffer.from(png);
      copy[at] = value;
      return copy;
    };
    expect(() => decodePng(Buffer.from('JFIF'))).toThrow('not a PNG');
    expect(() => decodePng(png.subarray(0, png.length - 20))).toThrow('ends too early');
    expect(() => decodePng(with_(24, 16))).toThrow('depth 16');
    expect(() => decodePng(with_(25, 3))).toThrow('colour type 3');
    expect(() => decodePng(with_(28, 1))).toThrow('interlace 1');
    expect(() => decodePng(with_(16, 0x7f))).toThrow('pixels');
    expect(() => decodePng(with_(23, 9))).toThrow('ends too early');
    expect(() => decodePng(with_(23, 1))).toThrow('larger than');
    expect(() =>
      decodePng(encodePng({ widthPx: 4, heightPx: 4, nChannels: 3, pixels: noise(48), filters: [5] })),
    ).toThrow('unknown filter 5');
  });
});
