import type { JsonObject } from '../../base/json.ts';
import type { ModelAnswer, ModelCall } from '../../ports/index.ts';

/** One call on its way, as a dialect is given it. */
export interface Exchange {
  readonly call: ModelCall;
  /** Null: the server wants none. */
  readonly key: string | null;
  /** Ends it: the caller's, and the one of silence. */
  readonly signal: AbortSignal;
  readonly fetch: typeof globalThis.fetch;
  /** Something of the answer came. Text is handed on as it comes. */
  readonly heard: (text?: string) => void;
}

/** What a dialect makes of what came; usage is the provider's own block. */
export interface Told extends Pick<ModelAnswer, 'text' | 'calls' | 'stop' | 'model'> {
  readonly rawUsage: JsonObject;
  readonly opaque?: JsonObject;
}

/** Speaks to a provider in its dialect, once. Rejects with what the SDK throws, a `CutStream` or an `AnswerError`. */
export type Speak = (exchange: Exchange) => Promise<Told>;

/** The stream ended before the answer did. */
export class CutStream extends Error {}

/** The provider told a failure within the stream, or what came cannot be an answer. */
export class AnswerError extends Error {
  readonly body: unknown;

  constructor(message: string, body: unknown = null) {
    super(message);
    this.body = body;
  }
}

/** Characters of text and arguments at most: 128,000 tokens of output are half a million. */
const maxChars = 8_000_000;

/** Counts what came of an answer and ends one that is too long to be one. */
export function createLengthCheck(): (text: string) => void {
  let nChars = 0;
  return (text) => {
    nChars += text.length;
    if (nChars > maxChars) throw new AnswerError(`the answer is longer than ${maxChars} characters`);
  };
}

/** SDK options that are the same for all: we alone try again, time and count; nothing is logged, nothing read from the environment. */
export const sdkOptions = {
  maxRetries: 0,
  /** Silence is watched by us: an SDK's limit would end a long answer. */
  timeout: 24 * 60 * 60 * 1000,
  logLevel: 'off',
} as const;
