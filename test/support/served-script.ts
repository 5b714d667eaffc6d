import type { Dialect } from '../../src/domain/providers/provider.ts';
import type { TokenUsage } from '../../src/domain/spending/token-usage.ts';
import type { ModelFailure } from '../../src/ports/index.ts';
import type { ScriptedAnswer } from '../fakes/fake-language-models.ts';
import type { Served } from './served.ts';

/** Returns a scripted answer as a provider of the dialect serves it. */
export function servedAs(dialect: Dialect, answer: ScriptedAnswer): Served {
  if ('fails' in answer) {
    if (answer.fails === 'timeout' && answer.status === undefined) return { hangs: true };
    if (answer.fails === 'cut') return { text: `${answer.after ?? ''} and more`, chunkSize: 4, cutAfter: 8 };
    const { status, body } = failures[answer.fails];
    const headers = answer.retryAfterMs === undefined ? {} : { 'retry-after': String(answer.retryAfterMs / 1000) };
    return { status: answer.status ?? status, body: bodyOf(dialect, body), headers };
  }
  const finish = answer.stop === undefined ? undefined : finishes[answer.stop];
  return {
    text: answer.text ?? '',
    ...(answer.calls === undefined ? {} : { calls: answer.calls }),
    ...(finish === undefined ? {} : { finish }),
    ...(answer.model === undefined ? {} : { model: answer.model }),
    usage: usageBlock(dialect, answer.usage ?? {}),
    chunkSize: 5,
  };
}

const finishes = { end: 'stop', tools: 'tool_calls', length: 'length', refused: 'content_filter' } as const;

interface FailureBody {
  readonly type: string;
  readonly code: string;
  readonly message: string;
}

/** As Anthropic (type) and OpenAI (code) tell them. */
const failures: Readonly<Record<ModelFailure, { readonly status: number; readonly body: FailureBody }>> = {
  'rate-limit': {
    status: 429,
    body: { type: 'rate_limit_error', code: 'rate_limit_exceeded', message: 'Too many requests.' },
  },
  overload: { status: 529, body: { type: 'overloaded_error', code: 'server_is_overloaded', message: 'Overloaded.' } },
  quota: { status: 402, body: { type: 'billing_error', code: 'insufficient_quota', message: 'No credit is left.' } },
  auth: {
    status: 401,
    body: {
      type: 'authentication_error',
      code: 'invalid_api_key',
      message: 'Incorrect API key provided: k3y-of-the-test',
    },
  },
  context: {
    status: 400,
    body: { type: 'invalid_request_error', code: 'context_length_exceeded', message: 'prompt is too long' },
  },
  content: {
    status: 400,
    body: { type: 'invalid_request_error', code: 'content_filter', message: 'Blocked by the content filter.' },
  },
  invalid: { status: 400, body: { type: 'invalid_request_error', code: 'bad_field', message: 'tools.0: bad field' } },
  'unknown-model': {
    status: 404,
    body: { type: 'not_found_error', code: 'model_not_found', message: 'model: no-such-one' },
  },
  network: { status: 500, body: { type: 'api_error', code: '1234', message: 'Network error.' } },
  timeout: { status: 504, body: { type: 'timeout_error', code: 'timeout', message: 'Timed out.' } },
  cut: { status: 500, body: { type: 'api_error', code: '', message: '' } },
};

function bodyOf(dialect: Dialect, { type, code, message }: FailureBody): unknown {
  // Anthropic has no codes; the one of GLM is told all the same, as GLM does under this dialect.
  if (dialect === 'anthropic') return { type: 'error', error: { type: /^\d+$/.test(code) ? code : type, message } };
  return { error: { message, type: 'error', param: null, code } };
}

function usageBlock(dialect: Dialect, usage: Partial<TokenUsage>): Record<string, unknown> {
  const { inputUncached = 0, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0, output = 0, reasoning = 0 } = usage;
  const written = cacheWrite5m + cacheWrite1h;
  const input = inputUncached + cacheRead + written;
  const cached = { cached_tokens: cacheRead, cache_write_tokens: written };
  switch (dialect) {
    case 'anthropic':
      return {
        input_tokens: inputUncached,
        cache_read_input_tokens: cacheRead,
        cache_creation_input_tokens: written,
        cache_creation: { ephemeral_5m_input_tokens: cacheWrite5m, ephemeral_1h_input_tokens: cacheWrite1h },
        output_tokens: output,
      };
    case 'openai-responses':
      return {
        input_tokens: input,
        input_tokens_details: cached,
        output_tokens: output,
        output_tokens_details: { reasoning_tokens: reasoning },
        total_tokens: input + output,
      };
    case 'openai-chat':
      return {
        prompt_tokens: input,
        prompt_tokens_details: cached,
        completion_tokens: output,
        completion_tokens_details: { reasoning_tokens: reasoning },
        total_tokens: input + output,
      };
  }
}
