/**
 * How a provider is spoken to: Anthropic's Messages, OpenAI's Responses, or Chat Completions, which most servers speak.
 */
export const dialects = ['anthropic', 'openai-responses', 'openai-chat'] as const;
export type Dialect = (typeof dialects)[number];

/** `small` for what a rule nearly decides, `large` for plans and reviews; a rule asks for a tier. */
export const tiers = ['small', 'medium', 'large'] as const;
export type Tier = (typeof tiers)[number];

/** How private what is told is: `private` stays on machines of the person's own, `internal` goes to who is trusted with it. */
export const dataClasses = ['public', 'internal', 'private'] as const;
export type DataClass = (typeof dataClasses)[number];

/** What of a dialect a provider does not keep to; absent: it does. */
export interface ProviderQuirks {
  /** An overload there lasts for minutes: how long to wait before each further try, in milliseconds. */
  readonly overloadWaitsMs?: readonly number[];
  /** The one form of structured output that it has: a schema, any JSON object, or none. */
  readonly format?: 'json-schema' | 'json-object' | 'none';
  /** `tool_choice` can be `auto` only. */
  readonly onlyAutoTools?: true;
  /** The longest answer is asked for as `max_tokens`, not `max_completion_tokens`. */
  readonly maxTokensField?: true;
  /** Fields that it refuses: they are left out. */
  readonly without?: readonly ('stream_options' | 'parallel_tool_calls' | 'strict' | 'penalties')[];
  /** `input_tokens` of its usage counts what was read from the cache too, though the dialect's do not. */
  readonly inputCountsCached?: true;
}

/** Prices in micro-USD per million tokens: whole numbers. */
export interface TokenPrices {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  /** Prices of a call whose whole input is longer than this many tokens. */
  readonly long?: {
    readonly above: number;
    readonly input: number;
    readonly output: number;
    readonly cacheRead: number;
    /** Absent: as above for a shorter call. */
    readonly cacheWrite5m?: number;
    readonly cacheWrite1h?: number;
  };
  /** Where the prices were read, and when (`2026-11-01`); empty where `orchestrate.yaml` says them. */
  readonly source: string;
  readonly asOf: string;
}

/** A model of a provider. */
export interface Model {
  readonly id: string;
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  /** Null: nobody said what it costs. It is not called then, unless the configuration says a price or that it is free. */
  readonly prices: TokenPrices | null;
  readonly tier: Tier;
}

/** Where language models are asked. */
export interface Provider {
  readonly id: string;
  readonly dialect: Dialect;
  /** Without the path of a call: `https://api.anthropic.com`. */
  readonly url: string;
  /** Where the key stands; null: it needs none (a server of the person's own). */
  readonly key:
    | { readonly kind: 'environment'; readonly name: string }
    | { readonly kind: 'file'; readonly path: string }
    | null;
  readonly models: readonly Model[];
  /** Words that rules and explanations use: `code`, `analysis`, `cheap`. */
  readonly strengths: readonly string[];
  /** It is paid by the month: prices are what a call would have cost, and count against no budget in money. */
  readonly isSubscription?: true;
  /** Calls at the same time at most. */
  readonly maxConcurrent: number;
  readonly quirks: ProviderQuirks;
  /** The most private that it may be given; absent: `internal`. */
  readonly dataClass?: DataClass;
}
