import { describe, expect, it } from 'vitest';

import { retryAfterMs } from '../../../../src/adapters/language-models/retry-after.ts';

const nowMs = Date.UTC(2026, 10, 28, 12);

describe('for how long a provider asks not to be called', () => {
  it.each<[string, Record<string, string>, number | null]>([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['parts of seconds', { 'retry-after': '0.5' }, 500],
    ['milliseconds before seconds', { 'retry-after-ms': '1250', 'retry-after': '2' }, 1250],
    ['a date', { 'retry-after': 'Sat, 28 Nov 2026 12:01:30 GMT' }, 90_000],
    ['a date that is over', { 'retry-after': 'Sat, 28 Nov 2026 11:00:00 GMT' }, 0],
    [
      'the reset of what is used up, of Anthropic',
      {
        'anthropic-ratelimit-requests-remaining': '5',
        'anthropic-ratelimit-requests-reset': '2026-11-28T13:00:00Z',
        'anthropic-ratelimit-tokens-remaining': '0',
        'anthropic-ratelimit-tokens-reset': '2026-11-28T12:00:20Z',
      },
      20_000,
    ],
    [
      'the reset of what is used up, of OpenAI',
      { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '1m30s', 'x-ratelimit-reset-requests': '2h' },
      90_000,
    ],
    ['milliseconds of OpenAI', { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '250ms' }, 250],
    ['longer than a day', { 'retry-after': '9999999' }, 86_400_000],
    ['nonsense', { 'retry-after': 'soon' }, null],
    ['nothing', {}, null],
  ])('%s', (_name, headers, ms) => {
    expect(retryAfterMs(new Headers(headers), nowMs)).toBe(ms);
  });
});
