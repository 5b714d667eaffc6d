import type { JsonObject } from '../../base/json.ts';
import type { Dialect, ProviderQuirks } from '../providers/provider.ts';
import type { TokenUsage } from './token-usage.ts';

/**
 * Returns the tokens of a provider's usage block, each counted once. Anthropic's `input_tokens` leaves out what the cache held or took,
 * OpenAI's and GLM's input includes it. A number that is missing or makes no sense is 0; more cached than there was input is all of it.
 */
export function usageOf(dialect: Dialect, raw: JsonObject, quirks: ProviderQuirks): TokenUsage {
  switch (dialect) {
    case 'anthropic':
      return anthropicUsage(raw, quirks);
    case 'openai-responses':
      return inclusive({
        input: count(raw['input_tokens']),
        ...cached(part(raw, 'input_tokens_details')),
        output: count(raw['output_tokens']),
        reasoning: count(part(raw, 'output_tokens_details')['reasoning_tokens']),
      });
    case 'openai-chat':
      return inclusive({
        input: count(raw['prompt_tokens']),
        ...cached(part(raw, 'prompt_tokens_details')),
        output: count(raw['completion_tokens']),
        reasoning: count(part(raw, 'completion_tokens_details')['reasoning_tokens']),
      });
  }
}

function anthropicUsage(raw: JsonObject, quirks: ProviderQuirks): TokenUsage {
  const read = count(raw['cache_read_input_tokens']);
  const written = count(raw['cache_creation_input_tokens']);
  const cacheWrite1h = Math.min(count(part(raw, 'cache_creation')['ephemeral_1h_input_tokens']), written);
  const output = count(raw['output_tokens']);
  const reasoning = count(part(raw, 'output_tokens_details')['thinking_tokens']);
  const input = count(raw['input_tokens']);
  if (quirks.inputCountsCached) return inclusive({ input, read, write: written, output, reasoning });
  return {
    inputUncached: input,
    cacheRead: read,
    cacheWrite5m: written - cacheWrite1h,
    cacheWrite1h,
    output,
    reasoning: Math.min(reasoning, output),
  };
}

interface Inclusive {
  readonly input: number;
  readonly read: number;
  readonly write: number;
  /** Part of `write` that is kept for long. */
  readonly writeLong?: number;
  readonly output: number;
  readonly reasoning: number;
}

function inclusive({ input, read, write, writeLong = 0, output, reasoning }: Inclusive): TokenUsage {
  const cacheRead = Math.min(read, input);
  const written = Math.min(write, input - cacheRead);
  const cacheWrite1h = Math.min(writeLong, written);
  return {
    inputUncached: input - cacheRead - written,
    cacheRead,
    cacheWrite5m: written - cacheWrite1h,
    cacheWrite1h,
    output,
    reasoning: Math.min(reasoning, output),
  };
}

const cached = (details: JsonObject) => ({
  read: count(details['cached_tokens']),
  write: count(details['cache_write_tokens']),
  writeLong: count(part(details, 'cache_write_tokens_details')['ttl_12h_tokens']),
});

const count = (value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;

function part(raw: JsonObject, name: string): JsonObject {
  const value = raw[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
