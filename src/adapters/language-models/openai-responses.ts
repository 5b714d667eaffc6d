import type { OpenAI } from 'openai';

import type { JsonObject } from '../../base/json.ts';
import type { ToolCall } from '../../domain/conversations/message.ts';
import type { ModelAnswer } from '../../ports/index.ts';
import { AnswerError, createLengthCheck, CutStream, type Exchange, type Speak, type Told } from './dialect.ts';
import { openAiClient } from './openai-client.ts';
import { keptReasoning, responsesRequest } from './openai-responses-request.ts';

/** Speaks OpenAI's Responses, streamed. */
export const speakResponses: Speak = async (exchange) => {
  const client = await openAiClient(exchange);
  const events = await client.responses.create(responsesRequest(exchange.call), { signal: exchange.signal });
  return collect(events, exchange);
};

type Response = OpenAI.Responses.Response;

async function collect(
  events: AsyncIterable<OpenAI.Responses.ResponseStreamEvent>,
  { heard, call }: Exchange,
): Promise<Told> {
  const check = createLengthCheck();
  let last: Response | undefined;
  const items: OpenAI.Responses.ResponseOutputItem[] = [];
  for await (const event of events) {
    // Of the sixty kinds of events these say something of an answer to our tools; the rest are of tools that are never offered.
    // eslint-disable-next-line typescript/switch-exhaustiveness-check
    switch (event.type) {
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        check(event.delta);
        heard(event.delta);
        break;
      case 'response.function_call_arguments.delta':
        check(event.delta);
        heard();
        break;
      case 'response.output_item.done':
        items.push(event.item);
        heard();
        break;
      case 'error':
        throw new AnswerError(event.message, { error: { code: event.code, message: event.message } });
      case 'response.failed': {
        const { error } = event.response;
        throw new AnswerError(error?.message ?? 'the provider gave up', { error });
      }
      case 'response.completed':
      case 'response.incomplete':
        last = event.response;
        break;
      case 'response.created':
      case 'response.queued':
      case 'response.in_progress':
        break;
      default:
        heard();
    }
  }
  if (last === undefined) throw new CutStream('the stream ended before the answer did');
  return told(last, { items, asked: call.model });
}

function told(
  response: Response,
  { items, asked }: { readonly items: readonly OpenAI.Responses.ResponseOutputItem[]; readonly asked: string },
): Told {
  let text = '';
  let isRefused = response.incomplete_details?.reason === 'content_filter';
  const calls: ToolCall[] = [];
  const thoughts: OpenAI.Responses.ResponseReasoningItem[] = [];
  for (const item of items) {
    if (item.type === 'function_call') calls.push({ id: item.call_id, name: item.name, arguments: item.arguments });
    else if (item.type === 'reasoning') thoughts.push(item);
    else if (item.type === 'message')
      for (const part of item.content) {
        if (part.type === 'refusal') isRefused = true;
        text += part.type === 'refusal' ? part.refusal : part.text;
      }
  }
  const opaque = keptReasoning(asked, thoughts);
  const isCut = response.incomplete_details?.reason === 'max_output_tokens';
  const stop = ((): ModelAnswer['stop'] => {
    if (isRefused) return 'refused';
    if (isCut) return 'length';
    return calls.length > 0 ? 'tools' : 'end';
  })();
  return {
    text,
    calls,
    stop,
    rawUsage: (response.usage ?? {}) as unknown as JsonObject,
    model: response.model,
    ...(opaque === undefined ? {} : { opaque }),
  };
}
