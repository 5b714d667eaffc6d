import type { Anthropic } from '@anthropic-ai/sdk';

import type { Message } from '../../domain/conversations/message.ts';
import type { ModelCall } from '../../ports/index.ts';
import { blocksAgain } from './anthropic-thinking.ts';
import { isStrict } from './strict-schema.ts';
import { formatInWords } from './words.ts';

type Params = Anthropic.MessageCreateParamsStreaming;
type Block = Anthropic.ContentBlockParam;

/** What a cache is to hold from here back: tools and system, then all that was said. */
const held = { cache_control: { type: 'ephemeral' } } as const;

/** Of the last turns so many end a cached beginning: the newest writes it, the one before is found again. At most four are allowed. */
const heldTurns = 2;

/** Returns the body of a call of Messages. Tools and system come first and never change, so that a cache holds them. */
export function anthropicRequest(call: ModelCall): Params {
  const { format } = call;
  const isHeld = format !== undefined && (call.provider.quirks.format ?? 'json-schema') === 'json-schema';
  const isByApi = isHeld && isStrict(format.schema);
  const system: Anthropic.TextBlockParam[] = [
    ...(call.system === '' ? [] : [{ type: 'text' as const, text: call.system, ...held }]),
    ...(format === undefined || isByApi ? [] : [{ type: 'text' as const, text: formatInWords(format) }]),
  ];
  const tools = call.tools.map((tool, index): Anthropic.Tool => ({
    name: tool.name,
    description: tool.description,
    input_schema: { ...tool.schema, type: 'object' },
    ...(call.system === '' && index === call.tools.length - 1 ? held : {}),
  }));
  return {
    model: call.model,
    max_tokens: call.maxOutputTokens,
    stream: true,
    ...(system.length === 0 ? {} : { system }),
    ...(tools.length === 0 ? {} : { tools }),
    messages: messagesOf(call),
    ...(isByApi ? { output_config: { format: { type: 'json_schema', schema: { ...format.schema } } } } : {}),
  };
}

function messagesOf({ messages, model }: ModelCall): Params['messages'] {
  const written = messages.map((message) => messageOf(message, model)).filter(({ content }) => content.length > 0);
  const turns = written.filter(({ role }) => role === 'user').slice(-heldTurns);
  for (const { content } of turns) {
    const last = content.at(-1);
    if (last !== undefined) content[content.length - 1] = { ...last, ...held } as Block;
  }
  return written;
}

function messageOf(message: Message, model: string): { role: 'user' | 'assistant'; content: Block[] } {
  switch (message.role) {
    case 'user':
      return { role: 'user', content: textOf(message.text) };
    case 'model':
      return { role: 'assistant', content: blocksAgain(message, model) };
    case 'tools':
      return {
        role: 'user',
        content: message.results.map(({ id, isError, text }) => ({
          type: 'tool_result',
          tool_use_id: id,
          content: text === '' ? '(nothing)' : text,
          ...(isError ? { is_error: true } : {}),
        })),
      };
  }
}

/** An empty text is refused. */
const textOf = (text: string): Block[] => (text === '' ? [] : [{ type: 'text', text }]);
