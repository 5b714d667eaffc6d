import type { OpenAI } from 'openai';

import type { JsonObject } from '../../base/json.ts';
import type { Message } from '../../domain/conversations/message.ts';
import type { ModelCall } from '../../ports/index.ts';
import { isStrict } from './strict-schema.ts';
import { argumentsObject, formatInWords, resultText } from './words.ts';

type Params = OpenAI.Responses.ResponseCreateParamsStreaming;
type Item = OpenAI.Responses.ResponseInputItem;

/** Returns the body of a call of Responses. Nothing is kept there: what was thought goes back encrypted. */
export function responsesRequest(call: ModelCall): Params {
  const { format } = call;
  const isByApi = (call.provider.quirks.format ?? 'json-schema') === 'json-schema';
  const inWords = format === undefined || isByApi ? '' : formatInWords(format);
  const instructions = [call.system, inWords].filter((text) => text !== '').join('\n\n');
  return {
    model: call.model,
    stream: true,
    store: false,
    include: ['reasoning.encrypted_content'],
    max_output_tokens: call.maxOutputTokens,
    ...(instructions === '' ? {} : { instructions }),
    ...(call.cacheKey === undefined ? {} : { prompt_cache_key: call.cacheKey }),
    input: call.messages.flatMap((message) => itemsOf(message, call.model)),
    ...(call.tools.length === 0
      ? {}
      : {
          tools: call.tools.map(({ name, description, schema }) => ({
            type: 'function' as const,
            name,
            description,
            parameters: { ...schema },
            strict: false,
          })),
        }),
    ...(format === undefined || !isByApi
      ? {}
      : {
          text: {
            format: {
              type: 'json_schema',
              name: format.name,
              schema: { ...format.schema },
              strict: isStrict(format.schema),
            },
          },
        }),
  };
}

function itemsOf(message: Message, model: string): Item[] {
  switch (message.role) {
    case 'user':
      return [{ role: 'user', content: message.text }];
    case 'tools':
      return message.results.map((result) => ({
        type: 'function_call_output',
        call_id: result.id,
        output: resultText(result),
      }));
    case 'model':
      return [
        ...thoughtAgain(message.opaque, model),
        ...(message.text === '' ? [] : [{ role: 'assistant' as const, content: message.text }]),
        ...message.calls.map((call) => ({
          type: 'function_call' as const,
          call_id: call.id,
          name: call.name,
          arguments: JSON.stringify(argumentsObject(call.arguments)),
        })),
      ];
  }
}

/** Returns the opaque part of an answer, or undefined where nothing was thought. */
export function keptReasoning(
  model: string,
  items: readonly OpenAI.Responses.ResponseReasoningItem[],
): JsonObject | undefined {
  const kept = items.flatMap(({ id, summary, encrypted_content: encrypted }): JsonObject[] =>
    encrypted
      ? [{ type: 'reasoning', id, summary: summary.map(({ text }) => thoughtOf(text)), encrypted_content: encrypted }]
      : [],
  );
  return kept.length === 0 ? undefined : { dialect: 'openai-responses', model, items: kept };
}

const thoughtOf = (text: string): JsonObject => ({ type: 'summary_text', text });

/** What another model thought cannot be read by this one. */
function thoughtAgain(opaque: JsonObject | undefined, model: string): Item[] {
  if (opaque?.['dialect'] !== 'openai-responses' || opaque['model'] !== model) return [];
  const items = opaque['items'];
  return Array.isArray(items) ? (items as unknown as Item[]) : [];
}
