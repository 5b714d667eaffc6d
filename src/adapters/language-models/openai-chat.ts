import type { OpenAI } from 'openai';

import type { JsonObject } from '../../base/json.ts';
import type { ToolCall } from '../../domain/conversations/message.ts';
import type { ModelAnswer } from '../../ports/index.ts';
import { AnswerError, createLengthCheck, CutStream, type Exchange, type Speak, type Told } from './dialect.ts';
import { chatRequest } from './openai-chat-request.ts';
import { openAiClient } from './openai-client.ts';

/** Speaks Chat Completions, streamed: OpenAI's and of all the servers that speak like it. */
export const speakChat: Speak = async (exchange) => {
  const client = await openAiClient(exchange);
  const chunks = await client.chat.completions.create(chatRequest(exchange.call), { signal: exchange.signal });
  return collect(chunks, exchange);
};

interface GrowingCall {
  id: string;
  name: string;
  text: string;
}

async function collect(chunks: AsyncIterable<OpenAI.ChatCompletionChunk>, { call, heard }: Exchange): Promise<Told> {
  const check = createLengthCheck();
  const calls = new Map<number, GrowingCall>();
  let text = '';
  let { model } = call;
  let usage: JsonObject = {};
  let reason: string | null = null;
  for await (const chunk of chunks) {
    if (chunk.model) ({ model } = chunk);
    if (chunk.usage) usage = chunk.usage as unknown as JsonObject;
    const choice = chunk.choices?.[0];
    if (choice === undefined) continue;
    if (choice.finish_reason) reason = choice.finish_reason;
    const delta = choice.delta ?? {};
    const said = delta.content ?? '';
    text += said;
    check(said);
    for (const part of delta.tool_calls ?? []) {
      const one = calls.get(part.index) ?? { id: '', name: '', text: '' };
      calls.set(part.index, one);
      // Some servers tell the id and the name with every piece.
      one.id ||= part.id ?? '';
      one.name ||= part.function?.name ?? '';
      one.text += part.function?.arguments ?? '';
      check(part.function?.arguments ?? '');
    }
    heard(said === '' ? undefined : said);
  }
  if (reason === null) throw new CutStream('the stream ended before the answer did');
  if (reason === 'network_error') throw new AnswerError('the provider lost its own connection', { code: '1234' });
  const made = [...calls.values()].map((one, index): ToolCall => {
    const id = one.id === '' ? `call-${call.messages.length}-${index}` : one.id;
    return { id, name: one.name, arguments: one.text };
  });
  return { text, calls: made, stop: stopOf(reason, made.length > 0), rawUsage: usage, model };
}

/** `sensitive`, `model_context_window_exceeded`: GLM's own words. */
function stopOf(reason: string, hasCalls: boolean): ModelAnswer['stop'] {
  if (reason === 'content_filter' || reason === 'sensitive') return 'refused';
  if (reason === 'length' || reason === 'model_context_window_exceeded') return 'length';
  return hasCalls ? 'tools' : 'end';
}
