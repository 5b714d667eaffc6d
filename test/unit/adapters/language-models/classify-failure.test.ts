import { describe, expect, it } from 'vitest';

import { classifyFailure, type ToldFailure } from '../../../../src/adapters/language-models/classify-failure.ts';
import type { ModelFailure } from '../../../../src/ports/index.ts';

const told = (given: Partial<ToldFailure>): ToldFailure => ({
  status: null,
  code: '',
  type: '',
  message: '',
  ...given,
});

describe('why a call failed', () => {
  it.each<[string, Partial<ToldFailure>, ModelFailure]>([
    ['GLM: too many at once', { status: 429, code: '1302' }, 'rate-limit'],
    ['GLM: too often', { status: 429, code: '1303' }, 'rate-limit'],
    ['GLM: overloaded, under the status of a rate limit', { status: 429, code: '1305' }, 'overload'],
    ['GLM: its own network', { status: 500, code: '1234' }, 'network'],
    ['GLM: no credit', { status: 429, code: '1113' }, 'quota'],
    ['GLM: the plan is used up', { status: 429, code: '1308' }, 'quota'],
    ['GLM: too long', { status: 400, code: '1261' }, 'context'],
    ['GLM: unsafe words', { status: 400, code: '1301' }, 'content'],
    ['GLM: no such model', { status: 400, code: '1211' }, 'unknown-model'],
    ['Anthropic: overloaded', { status: 529, type: 'overloaded_error' }, 'overload'],
    ['Anthropic: overloaded within a stream', { type: 'overloaded_error' }, 'overload'],
    [
      'Anthropic: no credit, as a wrong request',
      { status: 400, type: 'invalid_request_error', message: 'Your credit balance is too low' },
      'quota',
    ],
    [
      'Anthropic: limit of the month',
      { status: 400, type: 'invalid_request_error', message: 'You have reached your specified API usage limits.' },
      'quota',
    ],
    [
      'Anthropic: too long',
      { status: 400, type: 'invalid_request_error', message: 'prompt is too long: 210000 tokens > 200000 maximum' },
      'context',
    ],
    ['OpenAI: no quota, under the status of a rate limit', { status: 429, code: 'insufficient_quota' }, 'quota'],
    ['OpenAI: no such model', { status: 404, code: 'model_not_found' }, 'unknown-model'],
    ['vLLM: too long', { status: 400, message: "This model's maximum context length is 4096 tokens" }, 'context'],
    ['no money', { status: 402 }, 'quota'],
    ['no key', { status: 401, message: 'model not found' }, 'auth'],
    ['a status alone', { status: 503 }, 'overload'],
    ['a gateway that gave up', { status: 504 }, 'timeout'],
    ['too large', { status: 413 }, 'context'],
    ['a wrong field', { status: 422, message: 'temperature: must be below 2' }, 'invalid'],
    ['nothing at all', {}, 'network'],
  ])('%s', (_name, given, reason) => {
    expect(classifyFailure(told(given))).toBe(reason);
  });

  it('is not decided by words where the status says it', () => {
    expect(classifyFailure(told({ status: 500, message: 'usage limit; content policy; model not found' }))).toBe(
      'overload',
    );
  });
});
