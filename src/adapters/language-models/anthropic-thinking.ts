import type { Anthropic } from '@anthropic-ai/sdk';

import type { JsonObject } from '../../base/json.ts';
import type { Message } from '../../domain/conversations/message.ts';
import { argumentsObject } from './words.ts';

type ModelMessage = Extract<Message, { role: 'model' }>;
type Block = Anthropic.ContentBlockParam;

/**
 * What of an answer goes back unchanged: its blocks in order. Thinking is kept whole, with its signature; for text there is its length,
 * for a call its id: their words stand in the message already.
 */
export type KeptBlock =
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'redacted_thinking'; readonly data: string }
  | { readonly type: 'text'; readonly chars: number }
  | { readonly type: 'call'; readonly id: string };

/** Returns the opaque part of an answer, or undefined where nothing was thought. */
export function keptThinking(model: string, blocks: readonly KeptBlock[]): JsonObject | undefined {
  if (!blocks.some(({ type }) => type === 'thinking' || type === 'redacted_thinking')) return undefined;
  return { dialect: 'anthropic', model, blocks: blocks.map((block) => ({ ...block })) };
}

/**
 * Returns the blocks of an earlier answer as they go back. Thinking is bound to the model that thought it: another one is sent the words
 * alone.
 */
export function blocksAgain(message: ModelMessage, model: string): Block[] {
  const kept = readKept(message.opaque, model);
  const left = new Map(message.calls.map((call) => [call.id, call]));
  const blocks: Block[] = [];
  let rest = message.text;
  const text = (chars: number): void => {
    const words = rest.slice(0, chars);
    rest = rest.slice(chars);
    if (words.trim() !== '') blocks.push({ type: 'text', text: words });
  };
  const use = (id: string): void => {
    const call = left.get(id);
    if (call === undefined) return;
    left.delete(id);
    blocks.push({ type: 'tool_use', id, name: call.name, input: argumentsObject(call.arguments) });
  };
  for (const block of kept) {
    if (block.type === 'text') text(block.chars);
    else if (block.type === 'call') use(block.id);
    else blocks.push(block);
  }
  text(rest.length);
  for (const id of left.keys()) use(id);
  return blocks;
}

function readKept(opaque: JsonObject | undefined, model: string): readonly KeptBlock[] {
  if (opaque?.['dialect'] !== 'anthropic' || opaque['model'] !== model) return [];
  const blocks = opaque['blocks'];
  return Array.isArray(blocks) ? (blocks as unknown as readonly KeptBlock[]) : [];
}
