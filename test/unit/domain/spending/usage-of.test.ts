import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { JsonObject } from '../../../../src/base/json.ts';
import { inputTokens } from '../../../../src/domain/spending/cost.ts';
import { usageOf } from '../../../../src/domain/spending/usage-of.ts';

const count = fc.integer({ min: 0, max: 2_000_000 });

describe('tokens of a usage block', () => {
  it('of Anthropic leave out of the input what the cache held and took', () => {
    const raw: JsonObject = {
      input_tokens: 100,
      cache_read_input_tokens: 5000,
      cache_creation_input_tokens: 700,
      cache_creation: { ephemeral_5m_input_tokens: 600, ephemeral_1h_input_tokens: 100 },
      output_tokens: 50,
      output_tokens_details: { thinking_tokens: 30 },
    };
    const expected = {
      inputUncached: 100,
      cacheRead: 5000,
      cacheWrite5m: 600,
      cacheWrite1h: 100,
      output: 50,
      reasoning: 30,
    };
    expect(usageOf('anthropic', raw, {})).toEqual(expected);
  });

  it('of a server that speaks like Anthropic and counts otherwise are told apart by its quirk', () => {
    const raw: JsonObject = {
      input_tokens: 5800,
      cache_read_input_tokens: 5000,
      cache_creation_input_tokens: 700,
      output_tokens: 1,
    };
    const usage = usageOf('anthropic', raw, { inputCountsCached: true });
    expect(usage).toMatchObject({ inputUncached: 100, cacheRead: 5000, cacheWrite5m: 700 });
  });

  it('of OpenAI and GLM have the cached ones in the input', () => {
    const chat: JsonObject = {
      prompt_tokens: 5100,
      prompt_tokens_details: { cached_tokens: 5000 },
      completion_tokens: 50,
      completion_tokens_details: { reasoning_tokens: 40 },
      total_tokens: 5150,
    };
    const expected = {
      inputUncached: 100,
      cacheRead: 5000,
      cacheWrite5m: 0,
      cacheWrite1h: 0,
      output: 50,
      reasoning: 40,
    };
    expect(usageOf('openai-chat', chat, {})).toEqual(expected);
    const responses: JsonObject = {
      input_tokens: 5800,
      input_tokens_details: {
        cached_tokens: 5000,
        cache_write_tokens: 700,
        cache_write_tokens_details: { ttl_12h_tokens: 200 },
      },
      output_tokens: 50,
      output_tokens_details: { reasoning_tokens: 0 },
    };
    expect(usageOf('openai-responses', responses, {})).toMatchObject({
      inputUncached: 100,
      cacheRead: 5000,
      cacheWrite5m: 500,
      cacheWrite1h: 200,
    });
  });

  it('are never below zero, whole, and together what the provider counted', () => {
    const odd = fc.oneof(
      count,
      fc.constant(null),
      fc.constant(-5),
      fc.constant(1.5),
      fc.constant('12'),
      fc.constant(Number.NaN),
    );
    fc.assert(
      fc.property(fc.record({ input: count, read: odd, write: odd, output: odd, reasoning: odd }), (one) => {
        const raw = {
          prompt_tokens: one.input,
          prompt_tokens_details: { cached_tokens: one.read, cache_write_tokens: one.write },
          completion_tokens: one.output,
          completion_tokens_details: { reasoning_tokens: one.reasoning },
        };
        const usage = usageOf('openai-chat', raw, {});
        expect(inputTokens(usage)).toBe(one.input);
        for (const value of Object.values(usage)) expect(Number.isSafeInteger(value) && value >= 0).toBe(true);
        expect(usage.reasoning).toBeLessThanOrEqual(usage.output);
      }),
    );
    fc.assert(
      fc.property(fc.record({ input: count, read: count, write: count, long: count }), (one) => {
        const raw = {
          input_tokens: one.input,
          cache_read_input_tokens: one.read,
          cache_creation_input_tokens: one.write,
          cache_creation: { ephemeral_1h_input_tokens: one.long },
        };
        expect(inputTokens(usageOf('anthropic', raw, {}))).toBe(one.input + one.read + one.write);
      }),
    );
  });

  it('of nothing at all are nothing', () => {
    expect(Object.values(usageOf('openai-responses', {}, {}))).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
