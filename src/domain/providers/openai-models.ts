import { priced } from './priced.ts';
import type { Model } from './provider.ts';

/**
 * https://developers.openai.com/api/docs/pricing: Sol and Luna since 2026-09-22, Terra since 2026-10-26, as release notes of other
 * programs repeat it (TheKrush/PromptFuel 1.0.21 and 1.0.24, docs.litellm.ai). Above 272,000 tokens of input, input and cache cost twice
 * as much, output half as much again. The shorter time that a write is kept is 30 minutes here.
 */
const price = priced('https://developers.openai.com/api/docs/pricing', '2026-10-27');
const longAbove = 272_000;
/** Of these, 128,000 are for the answer. */
const contextTokens = 1_050_000;
const maxOutputTokens = 128_000;

/** Models of OpenAI that are told by name here. */
export const openAiModels: readonly Model[] = [
  {
    id: 'gpt-6-sol',
    contextTokens,
    maxOutputTokens,
    prices: price(
      { input: 2, output: 10, cacheRead: 0.2, cacheWrite5m: 2.5, cacheWrite1h: 2.5 },
      { above: longAbove, input: 4, output: 15, cacheRead: 0.4, cacheWrite5m: 5, cacheWrite1h: 5 },
    ),
    tier: 'large',
  },
  {
    id: 'gpt-6.1-terra',
    contextTokens,
    maxOutputTokens,
    prices: price(
      { input: 1, output: 5, cacheRead: 0.05, cacheWrite5m: 1.25, cacheWrite1h: 2.5 },
      { above: longAbove, input: 2, output: 7.5, cacheRead: 0.1, cacheWrite5m: 2.5, cacheWrite1h: 5 },
    ),
    tier: 'medium',
  },
  {
    id: 'gpt-6-luna',
    contextTokens,
    maxOutputTokens,
    prices: price(
      { input: 0.1, output: 0.5, cacheRead: 0.01, cacheWrite5m: 0.125, cacheWrite1h: 0.125 },
      { above: longAbove, input: 0.2, output: 0.75, cacheRead: 0.02, cacheWrite5m: 0.25, cacheWrite1h: 0.25 },
    ),
    tier: 'small',
  },
];
