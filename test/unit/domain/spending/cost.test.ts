import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { builtInProviders } from '../../../../src/domain/providers/built-in.ts';
import type { TokenPrices } from '../../../../src/domain/providers/provider.ts';
import { costOf, inputTokens, noUsage, totalTokens } from '../../../../src/domain/spending/cost.ts';
import type { TokenUsage } from '../../../../src/domain/spending/token-usage.ts';

const prices: TokenPrices = {
  input: 3_000_000,
  output: 15_000_000,
  cacheRead: 300_000,
  cacheWrite5m: 3_750_000,
  cacheWrite1h: 6_000_000,
  long: { above: 200_000, input: 6_000_000, output: 22_500_000, cacheRead: 600_000 },
  source: 'here',
  asOf: '2026-11-28',
};

const tokens = fc.integer({ min: 0, max: 10_000_000 });
const usages: fc.Arbitrary<TokenUsage> = fc.record({
  inputUncached: tokens,
  cacheRead: tokens,
  cacheWrite5m: tokens,
  cacheWrite1h: tokens,
  output: tokens,
  reasoning: fc.constant(0),
});
const price = fc.integer({ min: 0, max: 100_000_000_000 });
const priceLists: fc.Arbitrary<TokenPrices> = fc.record({
  input: price,
  output: price,
  cacheRead: price,
  cacheWrite5m: price,
  cacheWrite1h: price,
  source: fc.constant(''),
  asOf: fc.constant(''),
});

describe('what a call costs', () => {
  it.each([
    ['nothing', {}, 0],
    ['a million fresh tokens', { inputUncached: 200_000 }, 600_000],
    [
      'each kind at its own price',
      { inputUncached: 1000, cacheRead: 10_000, cacheWrite5m: 2000, cacheWrite1h: 100, output: 500 },
      3000 + 3000 + 7500 + 600 + 7500,
    ],
    ['thought as output, once', { output: 100, reasoning: 90 }, 1500],
  ])('is %s', (_name, usage, micro) => {
    expect(costOf({ ...noUsage, ...usage }, prices)).toBe(micro);
  });

  it('is rounded once, half up: two halves in one call are a whole', () => {
    const halves: TokenPrices = { ...prices, input: 500_000, output: 500_000 };
    expect(costOf({ ...noUsage, inputUncached: 1 }, halves)).toBe(1);
    expect(costOf({ ...noUsage, inputUncached: 1, output: 1 }, halves)).toBe(1);
    expect(costOf({ ...noUsage, inputUncached: 1 }, { ...prices, input: 499_999 })).toBe(0);
  });

  it('has the long price for all its tokens, output too, past the limit; cached ones count towards it', () => {
    const at = { ...noUsage, cacheRead: 200_000, output: 1000 };
    expect(costOf(at, prices)).toBe(60_000 + 15_000);
    expect(costOf({ ...at, inputUncached: 1 }, prices)).toBe(120_000 + 6 + 22_500);
    // Writes have no long price of their own in this list.
    expect(costOf({ ...noUsage, cacheWrite5m: 200_001 }, prices)).toBe(Math.round(200_001 * 3.75));
  });

  it('is a whole number of micro-dollars, never below zero, and never less for more tokens', () => {
    fc.assert(
      fc.property(usages, priceLists, fc.integer({ min: 0, max: 1_000 }), (usage, list, more) => {
        const cost = costOf(usage, list);
        expect(Number.isInteger(cost)).toBe(true);
        expect(cost).toBeGreaterThanOrEqual(0);
        expect(costOf({ ...usage, output: usage.output + more }, list)).toBeGreaterThanOrEqual(cost);
      }),
    );
  });

  it('is within half a micro-dollar of the exact sum', () => {
    fc.assert(
      fc.property(usages, priceLists, (usage, list) => {
        const exact =
          BigInt(usage.inputUncached) * BigInt(list.input) +
          BigInt(usage.cacheRead) * BigInt(list.cacheRead) +
          BigInt(usage.cacheWrite5m) * BigInt(list.cacheWrite5m) +
          BigInt(usage.cacheWrite1h) * BigInt(list.cacheWrite1h) +
          BigInt(usage.output) * BigInt(list.output);
        const off = 2n * (BigInt(costOf(usage, list)) * 1_000_000n - exact);
        // Past 2^53 micro-dollars, nine billion dollars, a number is no longer exact.
        fc.pre(exact < 9_000_000_000_000_000n * 1_000_000n);
        expect(off > -1_000_000n && off <= 1_000_000n).toBe(true);
      }),
    );
  });

  it('counts all that went in', () => {
    const usage = { inputUncached: 1, cacheRead: 2, cacheWrite5m: 4, cacheWrite1h: 8, output: 16, reasoning: 3 };
    expect([inputTokens(usage), totalTokens(usage)]).toEqual([15, 31]);
  });
});

describe('the built-in prices', () => {
  const all = builtInProviders.flatMap((provider) =>
    provider.models.map((model) => ({ provider: provider.id, ...model })),
  );
  const priced = all.flatMap((model) => (model.prices === null ? [] : [{ ...model, prices: model.prices }]));

  it('each say where and when they were read', () => {
    expect(priced.length).toBeGreaterThan(10);
    for (const { prices: list } of priced) {
      expect(list.source).toMatch(/^https:\/\//);
      expect(list.asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
    }
  });

  it('are whole micro-dollars, and a read from the cache is never dearer than input', () => {
    for (const { prices: list } of priced) {
      for (const part of [list, list.long ?? list]) {
        expect(part.cacheRead).toBeLessThanOrEqual(part.input);
        for (const one of [part.input, part.output, part.cacheRead, part.cacheWrite5m ?? 0, part.cacheWrite1h ?? 0])
          expect(Number.isSafeInteger(one) && one >= 0).toBe(true);
      }
    }
  });

  it('are not told in another currency; of plans that are paid by the month they are what it would have cost', () => {
    const unpriced = all.filter((model) => model.prices === null).map(({ provider }) => provider);
    expect([...new Set(unpriced)]).toEqual(['bigmodel']);
    const monthly = builtInProviders.filter((one) => one.isSubscription === true).map((one) => one.id);
    expect(monthly).toEqual(['zai-coding']);
  });

  it('are those of GLM that three tables agree on', () => {
    const air = all.find(({ provider, id }) => provider === 'zai' && id === 'glm-4.5-air');
    expect(air?.prices).toMatchObject({ input: 200_000, output: 1_100_000, cacheRead: 30_000 });
  });
});
