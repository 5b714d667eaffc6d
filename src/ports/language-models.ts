import type { JsonObject } from '../base/json.ts';
import type { Message, ToolCall } from '../domain/conversations/message.ts';
import type { Provider } from '../domain/providers/provider.ts';
import type { ModelFailure } from '../domain/routing/model-failure.ts';
import type { TokenUsage } from '../domain/spending/token-usage.ts';

/** A tool that the model may ask for. */
export interface ToolOffer {
  /** `[a-zA-Z0-9_-]{1,64}`. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of its arguments. */
  readonly schema: JsonObject;
}

/** One call of a language model. System text and tools come first and stay the same through a conversation, so that a cache holds them. */
export interface ModelCall {
  readonly provider: Provider;
  readonly model: string;
  readonly system: string;
  readonly tools: readonly ToolOffer[];
  readonly messages: readonly Message[];
  readonly maxOutputTokens: number;
  /** The answer has to be JSON of this schema; a provider that cannot hold it to that is asked in words. */
  readonly format?: { readonly name: string; readonly schema: JsonObject };
  /** Longest time until the first token, and between two; five times as long while the provider says by pings that it is there. */
  readonly silenceMs: number;
  /** Calls of one key begin alike: a provider that looks for its cache by a name is told it. */
  readonly cacheKey?: string;
}

export interface ModelAnswer {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  /** `length`: it was cut; `refused`: the provider or model would not. */
  readonly stop: 'end' | 'tools' | 'length' | 'refused';
  readonly usage: TokenUsage;
  /** The provider's own usage block, unread. */
  readonly rawUsage: JsonObject;
  /** The model that answered, as the provider names it. */
  readonly model: string;
  /** Goes back with the message; see `Message`. */
  readonly opaque?: JsonObject;
  readonly firstTokenMs: number;
  readonly durationMs: number;
}

/** Why a call failed; in the fault's `data.reason`. */
export type { ModelFailure };

/**
 * Language models. One attempt a call, no retry: the caller alone decides on that.
 * Faults: `MODEL_FAILED` with `data: { reason: ModelFailure, status: number | null, retryAfterMs: number | null, provider, model, streamed: boolean }`,
 * the provider's words redacted and cut to 500 characters; `MODEL_KEY_MISSING` before anything is sent. An abort by the signal rejects with its reason.
 */
export interface LanguageModels {
  /** `onText` hears text as it comes; `onToken` each sign of life. */
  ask(
    call: ModelCall,
    options: { readonly signal: AbortSignal; readonly onText?: (text: string) => void; readonly onToken?: () => void },
  ): Promise<ModelAnswer>;
  /** Whether the provider's key is there; nothing is sent. */
  hasKey(provider: Provider): Promise<boolean>;
}
