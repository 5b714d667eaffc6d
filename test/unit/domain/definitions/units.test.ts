import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { nearestWord, typingSlips } from '../../../../src/domain/definitions/did-you-mean.ts';
import { durationText, findDurationMs, findSizeBytes, sizeText } from '../../../../src/domain/definitions/units.ts';

describe('durations and sizes', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['1.5 h', 5_400_000],
    ['14d', 1_209_600_000],
    ['250ms', 250],
    ['0s', 0],
    ['10', undefined],
    ['m', undefined],
    ['-5m', undefined],
    ['5 min', undefined],
    ['1e3s', undefined],
  ])('%s is %s ms', (text, ms) => {
    expect(findDurationMs(text)).toBe(ms);
  });

  it.each([
    ['512 MiB', 536_870_912],
    ['2 GiB', 2_147_483_648],
    ['2GB', 2_000_000_000],
    ['1.5 KiB', 1536],
    ['7 B', 7],
    ['2 gb', undefined],
    ['2', undefined],
    ['a lot', undefined],
  ])('%s is %s bytes', (text, bytes) => {
    expect(findSizeBytes(text)).toBe(bytes);
  });

  it('are read back as they were printed', () => {
    fc.assert(
      fc.property(fc.nat(999_999_999), (amount) => {
        expect(findDurationMs(durationText(amount))).toBe(amount);
        expect(findSizeBytes(sizeText(amount))).toBe(amount);
      }),
    );
    expect(durationText(256.4 * 1000)).toBe('256400ms');
    expect([durationText(600_000), durationText(90_000), sizeText(2_147_483_648)]).toEqual(['10m', '90s', '2 GiB']);
  });
});

describe('did you mean', () => {
  it.each([
    ['nedes', 'needs'],
    ['build', 'build'],
    ['tilte', 'title'],
    ['Steps', 'steps'],
    ['colour', undefined],
  ])('%s: %s', (word, meant) => {
    expect(nearestWord(word, ['title', 'needs', 'steps', 'build'])).toBe(meant);
  });

  it('compares no word of a length that nobody mistypes', () => {
    expect(nearestWord('x'.repeat(5000), ['title', 'build'])).toBeUndefined();
  });

  it('counts letters wrong, missing, too many, and neighbours swapped', () => {
    expect([
      typingSlips('mpc', 'mcp'),
      typingSlips('torch', 'toch'),
      typingSlips('a', 'a'),
      typingSlips('', 'ab'),
    ]).toEqual([1, 1, 0, 2]);
  });
});
