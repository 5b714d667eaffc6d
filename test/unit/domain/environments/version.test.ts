import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { findSpecifiers, meetsSpecifiers } from '../../../../src/domain/environments/specifier.ts';
import { compareVersions, findVersion, isPrerelease, publicPart } from '../../../../src/domain/environments/version.ts';

/** The order that PEP 440 gives as an example, and some of our own. */
const ordered = [
  'nonsense',
  '0.9',
  '1.dev0',
  '1.0.dev456',
  '1.0a1',
  '1.0a2.dev456',
  '1.0a12.dev456',
  '1.0a12',
  '1.0b1.dev456',
  '1.0b2',
  '1.0b2.post345.dev456',
  '1.0b2.post345',
  '1.0rc1.dev456',
  '1.0rc1',
  '1.0',
  '1.0+abc.5',
  '1.0+abc.7',
  '1.0+5',
  '1.0.post456.dev34',
  '1.0.post456',
  '1.0.15',
  '1.1.dev1',
  '2.8.0',
  '2.8.0+cpu',
  '2.8.0+cu128',
  '2.9.1',
  '2.10.0',
  '1!0.1',
];

describe('compareVersions', () => {
  it('orders versions as PEP 440 does', () => {
    const shuffled = [...ordered].sort((a, b) => (a < b ? 1 : -1));
    expect(shuffled.sort(compareVersions)).toEqual(ordered);
  });

  it.each([
    ['1.0', '1.0.0'],
    ['1.0', 'v1.0'],
    ['1.0rc1', '1.0-RC.1'],
    ['1.0rc1', '1.0c1'],
    ['1.0a1', '1.0.alpha1'],
    ['1.0.post1', '1.0-1'],
    ['1.0.post0', '1.0.rev'],
    ['1.0.dev0', '1.0dev'],
    ['1.0+cu.128', '1.0+CU_128'],
  ])('finds %s the same as %s', (a, b) => {
    expect(compareVersions(a, b)).toBe(0);
  });

  it('is an order', () => {
    const version = fc.constantFrom(...ordered, '1.0.0', '0', '1.0.0.0.1');
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const [low = '', middle = '', high = ''] = [a, b, c].sort(compareVersions);
        expect(compareVersions(low, middle)).toBeLessThanOrEqual(0);
        expect(compareVersions(low, high)).toBeLessThanOrEqual(0);
        expect(compareVersions(high, low)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it.each(['', '1.', '1..0', 'a1', '1.0+', '1.0+cu!', '1.0 beta', '99999999999999999999', `1.${'0'.repeat(200)}`])(
    'reads %j as no version',
    (text) => {
      expect(findVersion(text)).toBeUndefined();
    },
  );
});

describe('single versions', () => {
  it('tell pre-releases and their public part', () => {
    expect(['1.0', '1.0.post1', '1.0+cu128'].map(isPrerelease)).toEqual([false, false, false]);
    expect(['1.0rc1', '1.0.dev3', '1.0a1.post1', '2.10.0.dev20260101+cu128', 'nonsense'].map(isPrerelease)).toEqual([
      true,
      true,
      true,
      true,
      true,
    ]);
    expect(publicPart('2.8.0+cu128')).toBe('2.8.0');
  });
});

describe('specifiers', () => {
  it.each([
    ['', '1.0', true],
    ['>=2,<3', '2.5', true],
    ['>=2,<3', '3.0', false],
    ['==2.8.0', '2.8.0', true],
    ['==2.8.0', '2.8.0+cu128', true],
    ['==2.8.0+cu128', '2.8.0+cpu', false],
    ['===2.8.0', '2.8.0+cu128', false],
    ['===2.8.0+cu128', '2.8.0+CU128', true],
    ['==2.8.*', '2.8.3', true],
    ['==2.8.*', '2.80', false],
    ['!=2.8.*', '2.9', true],
    ['!=2.8.0', '2.8.0', false],
    ['~=2.2', '2.9', true],
    ['~=2.2', '3.0', false],
    ['~=2.2.1', '2.2.9', true],
    ['~=2.2.1', '2.3', false],
    ['<2.0', '2.0rc1', false],
    ['<2.0rc2', '2.0rc1', true],
    ['>1.7', '1.7.post1', false],
    ['>1.7', '1.7.1', true],
    ['>1.7', '1.7+local', false],
    ['>=1.7', '1.7+local', true],
    ['>=1', 'nonsense', false],
  ])('%j and %s: %s', (text, version, expected) => {
    expect(meetsSpecifiers(version, findSpecifiers(text) ?? [])).toBe(expected);
  });

  it.each(['2.0', '>=', '=2', '=>2', '>=2,', '>=2.*', '~=2', '==2.0+cu.*', '>= 2 0', '^2', '>=x'])(
    '%j is none',
    (text) => {
      expect(findSpecifiers(text)).toBeUndefined();
    },
  );
});
