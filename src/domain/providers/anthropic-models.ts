import { priced } from './priced.ts';
import type { Model } from './provider.ts';

/**
 * https://platform.claude.com/docs/en/about-claude/pricing and …/models/overview; the cuts of 2026-10-07 as read there on 2026-10-24.
 * A write to the cache costs 1.25 times the input for five minutes, twice for an hour.
 */
const price = priced('https://platform.claude.com/docs/en/about-claude/pricing', '2026-10-24');

/** Claude models that are offered by Anthropic itself. */
export const anthropicModels: readonly Model[] = [
  {
    id: 'claude-opus-5-5',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    prices: price({ input: 4, output: 20, cacheRead: 0.2, cacheWrite5m: 5, cacheWrite1h: 8 }),
    tier: 'large',
  },
  {
    id: 'claude-fable-5-1',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    prices: price({ input: 10, output: 50, cacheRead: 0.25, cacheWrite5m: 12.5, cacheWrite1h: 20 }),
    tier: 'large',
  },
  {
    id: 'claude-opus-5',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    prices: price({ input: 5, output: 25, cacheRead: 0.5, cacheWrite5m: 6.25, cacheWrite1h: 10 }),
    tier: 'large',
  },
  {
    id: 'claude-opus-4-5',
    contextTokens: 200_000,
    maxOutputTokens: 64_000,
    prices: price({ input: 5, output: 25, cacheRead: 0.5, cacheWrite5m: 6.25, cacheWrite1h: 10 }),
    tier: 'large',
  },
  {
    id: 'claude-sonnet-5-5',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    prices: price({ input: 2, output: 10, cacheRead: 0.1, cacheWrite5m: 2.5, cacheWrite1h: 4 }),
    tier: 'medium',
  },
  {
    id: 'claude-sonnet-4-5',
    contextTokens: 200_000,
    maxOutputTokens: 64_000,
    prices: price({ input: 3, output: 15, cacheRead: 0.3, cacheWrite5m: 3.75, cacheWrite1h: 6 }),
    tier: 'medium',
  },
  {
    id: 'claude-haiku-5-5',
    contextTokens: 1_000_000,
    maxOutputTokens: 128_000,
    prices: price(
      { input: 0.1, output: 0.5, cacheRead: 0.01, cacheWrite5m: 0.125, cacheWrite1h: 0.2 },
      { above: 100_000, input: 0.5, output: 2.5, cacheRead: 0.05, cacheWrite5m: 0.625, cacheWrite1h: 1 },
    ),
    tier: 'small',
  },
  {
    id: 'claude-haiku-4-5',
    contextTokens: 200_000,
    maxOutputTokens: 64_000,
    prices: price({ input: 1, output: 5, cacheRead: 0.1, cacheWrite5m: 1.25, cacheWrite1h: 2 }),
    tier: 'small',
  },
];
