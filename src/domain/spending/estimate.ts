import type { Message } from '../conversations/message.ts';
import type { Model } from '../providers/provider.ts';
import type { Amount } from './amount.ts';

/** What a call will take at most, guessed before it is sent. */
export interface Estimate {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface Measured {
  readonly system: string;
  readonly tools: readonly { readonly name: string; readonly description: string; readonly schema: object }[];
  readonly messages: readonly Message[];
  readonly format?: { readonly schema: object };
  readonly maxOutputTokens: number;
}

/** Bytes of UTF-8 to a token, on the safe side: prose has about 4, code and JSON 3 to 3.5, tokens of CJK text 3. */
const bytesPerToken = 3;
/** What a message and a tool cost beside their text. */
const tokensAround = 8;

/** Returns what the call takes at most. More than it will be in nearly all cases: it is what a budget holds back. */
export function estimateOf({ system, tools, messages, format, maxOutputTokens }: Measured): Estimate {
  let bytes = bytesOf(system);
  for (const { name, description, schema } of tools)
    bytes += bytesOf(name) + bytesOf(description) + bytesOf(JSON.stringify(schema));
  for (const message of messages) bytes += messageBytes(message);
  if (format !== undefined) bytes += bytesOf(JSON.stringify(format.schema));
  const nParts = 1 + tools.length + messages.length;
  return {
    inputTokens: Math.ceil(bytes / bytesPerToken) + nParts * tokensAround,
    outputTokens: maxOutputTokens,
  };
}

/** Returns what is held back for the call: its input written to the cache anew and its output to the last token. */
export function reservedFor({ prices }: Model, { inputTokens, outputTokens }: Estimate): Amount {
  const tokens = inputTokens + outputTokens;
  if (prices === null) return { microUsd: 0, tokens };
  const rates = prices.long !== undefined && inputTokens > prices.long.above ? { ...prices, ...prices.long } : prices;
  // A provider that writes what it is told into a cache without being asked takes the price of writing.
  const input = Math.max(rates.input, rates.cacheWrite5m);
  return { microUsd: Math.ceil((inputTokens * input + outputTokens * rates.output) / 1_000_000), tokens };
}

function messageBytes(message: Message): number {
  switch (message.role) {
    case 'user':
      return bytesOf(message.text);
    case 'model':
      return (
        bytesOf(message.text) +
        message.calls.reduce((sum, one) => sum + bytesOf(one.name) + bytesOf(one.arguments), 0) +
        (message.opaque === undefined ? 0 : bytesOf(JSON.stringify(message.opaque)))
      );
    case 'tools':
      return message.results.reduce((sum, { text }) => sum + bytesOf(text), 0);
  }
}

function bytesOf(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) bytes += unit > 0x7ff ? 2 : 1;
  }
  return bytes;
}
