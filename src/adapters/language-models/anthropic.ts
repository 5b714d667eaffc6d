import type { Anthropic } from '@anthropic-ai/sdk';

import type { JsonObject } from '../../base/json.ts';
import type { ToolCall } from '../../domain/conversations/message.ts';
import type { ModelAnswer } from '../../ports/index.ts';
import { anthropicRequest } from './anthropic-request.ts';
import { type KeptBlock, keptThinking } from './anthropic-thinking.ts';
import { createLengthCheck, CutStream, sdkOptions, type Exchange, type Speak, type Told } from './dialect.ts';

/** Speaks Anthropic's Messages, streamed. What comes is put together here: arguments stay the text that the model wrote. */
export const speakAnthropic: Speak = async (exchange) => {
  const { call, key, fetch, signal } = exchange;
  const { Anthropic: Client } = await import('./anthropic-sdk.apart.ts');
  const client = new Client({
    ...sdkOptions,
    baseURL: call.provider.url,
    apiKey: key ?? 'none',
    authToken: null,
    fetch,
    openTelemetry: false,
  });
  const events = await client.messages.create(anthropicRequest(call), { signal });
  return collect(events, exchange);
};

type Event = Anthropic.RawMessageStreamEvent;

interface Growing {
  readonly type: 'text' | 'thinking' | 'redacted_thinking' | 'tool_use' | 'other';
  id: string;
  name: string;
  text: string;
  signature: string;
}

async function collect(events: AsyncIterable<Event>, { call, heard }: Exchange): Promise<Told> {
  const check = createLengthCheck();
  const blocks = new Map<number, Growing>();
  let model = call.model;
  let usage: JsonObject = {};
  let stop: string | null = null;
  let isWhole = false;
  for await (const event of events) {
    switch (event.type) {
      case 'message_start':
        ({ model } = event.message);
        usage = laid(usage, event.message.usage);
        break;
      case 'content_block_start':
        blocks.set(event.index, begun(event.content_block));
        heard();
        break;
      case 'content_block_delta': {
        const block = blocks.get(event.index);
        if (block === undefined) break;
        const text = grow(block, event.delta);
        check(text);
        heard(block.type === 'text' ? text : undefined);
        break;
      }
      case 'content_block_stop':
        break;
      case 'message_delta':
        stop = event.delta.stop_reason;
        usage = laid(usage, event.usage);
        break;
      case 'message_stop':
        isWhole = true;
        break;
    }
  }
  if (!isWhole || stop === null) throw new CutStream('the stream ended before the answer did');
  return told({ blocks: [...blocks.values()], asked: call.model, model, usage, stop });
}

function told(all: {
  readonly blocks: readonly Growing[];
  readonly asked: string;
  readonly model: string;
  readonly usage: JsonObject;
  readonly stop: string;
}): Told {
  const { blocks, model, usage } = all;
  const calls = blocks
    .filter(({ type }) => type === 'tool_use')
    .map((one): ToolCall => {
      return { id: one.id, name: one.name, arguments: one.text };
    });
  const text = blocks.map((one) => (one.type === 'text' ? one.text : '')).join('');
  const opaque = keptThinking(all.asked, blocks.flatMap(keptOf));
  return {
    text,
    calls,
    stop: stopOf(all.stop, calls.length > 0),
    rawUsage: usage,
    model,
    ...(opaque === undefined ? {} : { opaque }),
  };
}

function begun(block: Anthropic.ContentBlock): Growing {
  const empty = { id: '', name: '', text: '', signature: '' };
  switch (block.type) {
    case 'text':
      return { ...empty, type: 'text', text: block.text };
    case 'thinking':
      return { ...empty, type: 'thinking', text: block.thinking, signature: block.signature };
    case 'redacted_thinking':
      return { ...empty, type: 'redacted_thinking', text: block.data };
    case 'tool_use':
      return { ...empty, type: 'tool_use', id: block.id, name: block.name };
    // Tools that the provider runs itself are never offered.
    // eslint-disable-next-line typescript/switch-exhaustiveness-check
    default:
      return { ...empty, type: 'other' };
  }
}

/** Adds what came to a block and returns it. */
function grow(block: Growing, delta: Anthropic.RawContentBlockDelta): string {
  switch (delta.type) {
    case 'text_delta':
      return add(block, delta.text);
    case 'thinking_delta':
      return add(block, delta.thinking);
    case 'input_json_delta':
      return add(block, delta.partial_json);
    case 'signature_delta':
      block.signature += delta.signature;
      return '';
    case 'citations_delta':
      return '';
  }
}

function add(block: Growing, text: string): string {
  block.text += text;
  return text;
}

function keptOf(block: Growing): readonly KeptBlock[] {
  switch (block.type) {
    case 'thinking':
      return [{ type: 'thinking', thinking: block.text, signature: block.signature }];
    case 'redacted_thinking':
      return [{ type: 'redacted_thinking', data: block.text }];
    case 'text':
      return [{ type: 'text', chars: block.text.length }];
    case 'tool_use':
      return [{ type: 'call', id: block.id }];
    case 'other':
      return [];
  }
}

function stopOf(reason: string, hasCalls: boolean): ModelAnswer['stop'] {
  if (reason === 'refusal') return 'refused';
  if (reason === 'max_tokens' || reason === 'model_context_window_exceeded') return 'length';
  return hasCalls ? 'tools' : 'end';
}

/** Later numbers are totals, not more of the same: they replace what came before. */
const laid = (usage: JsonObject, more: object): JsonObject => ({
  ...usage,
  ...Object.fromEntries(
    Object.entries(more as JsonObject).filter(([, value]) => value !== null && value !== undefined),
  ),
});
