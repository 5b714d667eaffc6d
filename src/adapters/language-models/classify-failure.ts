import type { ModelFailure } from '../../ports/index.ts';

/** A failure as a provider told it, before anybody made sense of it. */
export interface ToldFailure {
  /** HTTP status; null where the answer had begun, or there was none. */
  readonly status: number | null;
  /** The error's own code and kind: `1302`, `insufficient_quota`, `overloaded_error`. */
  readonly code: string;
  readonly type: string;
  readonly message: string;
}

/** Returns why a call failed: by the provider's own code first, then by its words where those are all there is, then by the status. */
export function classifyFailure(told: ToldFailure): ModelFailure {
  return byCode[told.code] ?? byCode[told.type] ?? byWords(told) ?? byStatus(told.status);
}

/**
 * Anthropic: platform.claude.com "errors"; OpenAI: developers.openai.com "error codes"; numbers: Z.ai and bigmodel, docs.bigmodel.cn
 * "api-code". Their 1302 and 1305 are shared by plans and pay-as-you-go.
 */
const byCode: Readonly<Record<string, ModelFailure>> = {
  overloaded_error: 'overload',
  rate_limit_error: 'rate-limit',
  authentication_error: 'auth',
  permission_error: 'auth',
  billing_error: 'quota',
  timeout_error: 'timeout',
  request_too_large: 'context',

  insufficient_quota: 'quota',
  billing_hard_limit_reached: 'quota',
  rate_limit_exceeded: 'rate-limit',
  context_length_exceeded: 'context',
  exceed_context_size_error: 'context',
  content_filter: 'content',
  content_policy_violation: 'content',
  model_not_found: 'unknown-model',
  invalid_api_key: 'auth',
  server_is_overloaded: 'overload',
  slow_down: 'overload',

  '1000': 'auth',
  '1001': 'auth',
  '1002': 'auth',
  '1003': 'auth',
  '1004': 'auth',
  '1110': 'auth',
  '1111': 'auth',
  '1112': 'auth',
  '1113': 'quota',
  '1121': 'auth',
  '1211': 'unknown-model',
  '1220': 'auth',
  '1234': 'network',
  '1261': 'context',
  '1301': 'content',
  '1302': 'rate-limit',
  '1303': 'rate-limit',
  '1304': 'quota',
  '1305': 'overload',
  '1308': 'quota',
  '1309': 'quota',
  '1310': 'quota',
  '1311': 'auth',
  '1312': 'overload',
  '1313': 'rate-limit',
};

/** Some say in words alone, under a status that says nothing, why they would not: the words choose only whether and when it is tried again. */
function byWords({ status, message }: ToldFailure): ModelFailure | undefined {
  if (status === null || status < 400 || status >= 500 || status === 401) return undefined;
  const words = message.toLowerCase();
  if (/prompt is too long|context (?:length|window|size)|too many tokens|maximum context/.test(words)) return 'context';
  if (/credit balance|usage limit|insufficient (?:balance|credit|quota|funds)|exceeded your current quota/.test(words))
    return 'quota';
  if (/content (?:filter|policy|management)|safety system/.test(words)) return 'content';
  if (
    /model\b.{0,100}\b(?:not found|does not exist|not exist|is not available|not supported)|no such model/.test(words)
  )
    return 'unknown-model';
  return undefined;
}

function byStatus(status: number | null): ModelFailure {
  switch (status) {
    case null:
      return 'network';
    case 401:
    case 403:
      return 'auth';
    case 402:
      return 'quota';
    case 404:
      return 'unknown-model';
    case 408:
    case 504:
      return 'timeout';
    case 409:
    case 425:
      return 'overload';
    case 413:
      return 'context';
    case 429:
      return 'rate-limit';
    default:
      return status >= 500 ? 'overload' : 'invalid';
  }
}
