/** Why a call of a language model failed. */
export const modelFailures = [
  'rate-limit',
  'overload',
  'quota',
  'auth',
  'context',
  'content',
  'invalid',
  'timeout',
  'network',
  'unknown-model',
  'cut',
] as const;
export type ModelFailure = (typeof modelFailures)[number];
