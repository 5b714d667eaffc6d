import type { OpenAI } from 'openai';

import type { Message } from '../../domain/conversations/message.ts';
import type { ProviderQuirks } from '../../domain/providers/provider.ts';
import type { ModelCall } from '../../ports/index.ts';
import { isStrict } from './strict-schema.ts';
import { argumentsObject, formatInWords, resultText } from './words.ts';

type Params = OpenAI.ChatCompletionCreateParamsStreaming;

/** Returns the body of a call of Chat Completions, without what the provider does not take. */
export function chatRequest(call: ModelCall): Params {
  const { quirks } = call.provider;
  const form = quirks.format ?? 'json-schema';
  const { format } = call;
  const inWords = format !== undefined && form !== 'json-schema' ? formatInWords(format) : '';
  const system = [call.system, inWords].filter((text) => text !== '').join('\n\n');
  return {
    model: call.model,
    stream: true,
    ...(isLeftOut(quirks, 'stream_options') ? {} : { stream_options: { include_usage: true } }),
    ...(quirks.maxTokensField ? { max_tokens: call.maxOutputTokens } : { max_completion_tokens: call.maxOutputTokens }),
    messages: [
      ...(system === '' ? [] : [{ role: 'system' as const, content: system }]),
      ...call.messages.flatMap(messagesOf),
    ],
    ...(call.tools.length === 0
      ? {}
      : {
          tools: call.tools.map(({ name, description, schema }) => ({
            type: 'function' as const,
            function: { name, description, parameters: { ...schema } },
          })),
        }),
    ...(format === undefined ? {} : formatOf(format, quirks)),
  };
}

function formatOf(format: NonNullable<ModelCall['format']>, quirks: ProviderQuirks): Pick<Params, 'response_format'> {
  switch (quirks.format ?? 'json-schema') {
    case 'none':
      return {};
    case 'json-object':
      return { response_format: { type: 'json_object' } };
    case 'json-schema': {
      const strict = isLeftOut(quirks, 'strict') ? {} : { strict: isStrict(format.schema) };
      const schema = { name: format.name, schema: { ...format.schema }, ...strict };
      return { response_format: { type: 'json_schema', json_schema: schema } };
    }
  }
}

function messagesOf(message: Message): Params['messages'] {
  switch (message.role) {
    case 'user':
      return [{ role: 'user', content: message.text }];
    case 'tools':
      return message.results.map((result) => ({
        role: 'tool',
        tool_call_id: result.id,
        content: resultText(result),
      }));
    case 'model':
      return [
        {
          role: 'assistant',
          content: message.text === '' && message.calls.length > 0 ? null : message.text,
          ...(message.calls.length === 0
            ? {}
            : {
                tool_calls: message.calls.map((call) => ({
                  id: call.id,
                  type: 'function' as const,
                  function: { name: call.name, arguments: JSON.stringify(argumentsObject(call.arguments)) },
                })),
              }),
        },
      ];
  }
}

const isLeftOut = (quirks: ProviderQuirks, field: NonNullable<ProviderQuirks['without']>[number]): boolean =>
  quirks.without?.includes(field) ?? false;
