import { describe, expect, it } from 'vitest';

import { anthropicRequest } from '../../../../src/adapters/language-models/anthropic-request.ts';
import { keptThinking } from '../../../../src/adapters/language-models/anthropic-thinking.ts';
import { chatRequest } from '../../../../src/adapters/language-models/openai-chat-request.ts';
import { responsesRequest } from '../../../../src/adapters/language-models/openai-responses-request.ts';
import { isStrict } from '../../../../src/adapters/language-models/strict-schema.ts';
import { builtInProviders } from '../../../../src/domain/providers/built-in.ts';
import type { ModelCall } from '../../../../src/ports/index.ts';

const schema = {
  type: 'object',
  properties: { title: { type: 'string' } },
  required: ['title'],
  additionalProperties: false,
} as const;
const loose = { type: 'object', properties: { title: { type: 'string', minLength: 3 } } } as const;

const call = (id: string, given: Partial<ModelCall> = {}): ModelCall => {
  const provider = builtInProviders.find((one) => one.id === id);
  if (provider === undefined) throw new Error(id);
  return {
    provider,
    model: 'm-1',
    system: 'You look after it.',
    tools: [{ name: 'read_file', description: 'Reads.', schema: { type: 'object' } }],
    messages: [{ role: 'user', text: 'Look.' }],
    maxOutputTokens: 1000,
    silenceMs: 1000,
    ...given,
  };
};

const twoTurns: ModelCall['messages'] = [
  { role: 'user', text: 'Look.' },
  { role: 'model', text: 'I look.', calls: [{ id: 'a1', name: 'read_file', arguments: '{"path":"x"}' }] },
  { role: 'tools', results: [{ id: 'a1', isError: true, text: 'not there' }] },
];

describe('a call of Anthropic', () => {
  it('has a cached beginning that ends at the system text, and at the last two turns', () => {
    const body = anthropicRequest(call('anthropic', { messages: [...twoTurns, { role: 'user', text: 'Again.' }] }));
    const marks = JSON.stringify(body).match(/"cache_control":\{"type":"ephemeral"\}/g);
    expect(marks).toHaveLength(3);
    expect(body.system).toMatchObject([{ cache_control: { type: 'ephemeral' } }]);
    expect(body.messages.at(-1)?.content).toMatchObject([{ text: 'Again.', cache_control: { type: 'ephemeral' } }]);
    expect(body.messages[0]?.content).toEqual([{ type: 'text', text: 'Look.' }]);
  });

  it('begins with the same bytes in the next turn', () => {
    const body = (messages: ModelCall['messages']) => {
      const { system, tools } = anthropicRequest(call('anthropic', { messages }));
      return JSON.stringify({ tools, system });
    };
    expect(body(twoTurns)).toBe(body([...twoTurns, { role: 'user', text: 'Again.' }]));
  });

  it('gives back what was thought, unchanged and in its order, to the model that thought it', () => {
    const opaque = keptThinking('m-1', [
      { type: 'thinking', thinking: 'hm', signature: 'sig' },
      { type: 'text', chars: 2 },
      { type: 'redacted_thinking', data: 'xyz' },
      { type: 'call', id: 'a1' },
      { type: 'text', chars: 5 },
    ]);
    const messages: ModelCall['messages'] = [
      {
        role: 'model',
        text: 'I look.',
        calls: [{ id: 'a1', name: 'read_file', arguments: '' }],
        ...(opaque && { opaque }),
      },
    ];
    const content = anthropicRequest(call('anthropic', { messages })).messages[0]?.content;
    expect(content).toEqual([
      { type: 'thinking', thinking: 'hm', signature: 'sig' },
      { type: 'text', text: 'I ' },
      { type: 'redacted_thinking', data: 'xyz' },
      { type: 'tool_use', id: 'a1', name: 'read_file', input: {} },
      { type: 'text', text: 'look.' },
    ]);
    const other = anthropicRequest(call('anthropic', { messages, model: 'm-2' })).messages[0]?.content;
    expect(other).toEqual([
      { type: 'text', text: 'I look.' },
      { type: 'tool_use', id: 'a1', name: 'read_file', input: {} },
    ]);
  });

  it('tells a failed tool as failed', () => {
    expect(anthropicRequest(call('anthropic', { messages: twoTurns })).messages[2]?.content).toMatchObject([
      { type: 'tool_result', tool_use_id: 'a1', is_error: true, content: 'not there' },
    ]);
  });

  it('is held to a schema where it can be, and asked in words where it cannot', () => {
    const held = anthropicRequest(call('anthropic', { format: { name: 'plan', schema } }));
    expect(held.output_config).toEqual({ format: { type: 'json_schema', schema } });
    const asked = anthropicRequest(call('anthropic', { format: { name: 'plan', schema: loose } }));
    expect(asked.output_config).toBeUndefined();
    expect(JSON.stringify(asked.system)).toContain('minLength');
  });
});

describe('a call of Chat Completions', () => {
  it('of GLM leaves out what GLM refuses', () => {
    const body = chatRequest(call('zai', { format: { name: 'plan', schema }, messages: twoTurns }));
    expect(body).toMatchObject({ max_tokens: 1000, response_format: { type: 'json_object' } });
    for (const field of [
      'stream_options',
      'max_completion_tokens',
      'tool_choice',
      'parallel_tool_calls',
      'frequency_penalty',
    ])
      expect(body).not.toHaveProperty(field);
    expect(JSON.stringify(body.messages[0])).toContain('"title');
    expect(body.messages.at(-1)).toEqual({ role: 'tool', tool_call_id: 'a1', content: 'Error: not there' });
  });

  it('of a server that keeps to it asks for usage and a schema', () => {
    const provider = { ...call('zai').provider, quirks: {} };
    const body = chatRequest(call('zai', { provider, format: { name: 'plan', schema: loose } }));
    expect(body).toMatchObject({
      stream_options: { include_usage: true },
      max_completion_tokens: 1000,
      response_format: { type: 'json_schema', json_schema: { name: 'plan', strict: false } },
    });
  });

  it('sends broken arguments of the model back as JSON, or some servers refuse the conversation', () => {
    const messages: ModelCall['messages'] = [
      { role: 'model', text: '', calls: [{ id: 'a1', name: 'read_file', arguments: '{"path": "x' }] },
    ];
    const body = chatRequest(call('zai', { messages }));
    expect(JSON.stringify(body)).toContain(JSON.stringify(JSON.stringify({ unreadable: '{"path": "x' })).slice(1, -1));
  });
});

describe('a call of Responses', () => {
  it('leaves nothing there, names its cache, and gives back what was thought', () => {
    const item = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'xyz' };
    const opaque = { dialect: 'openai-responses', model: 'm-1', items: [item] };
    const messages: ModelCall['messages'] = [
      { role: 'model', text: 'I look.', calls: [{ id: 'a1', name: 'read_file', arguments: '{}' }], opaque },
    ];
    const body = responsesRequest(call('openai', { messages, cacheKey: 'r12.fix' }));
    expect(body).toMatchObject({
      store: false,
      include: ['reasoning.encrypted_content'],
      prompt_cache_key: 'r12.fix',
      input: [item, { role: 'assistant', content: 'I look.' }, { type: 'function_call', call_id: 'a1' }],
    });
    expect(responsesRequest(call('openai', { messages, model: 'm-2' })).input).toHaveLength(2);
  });
});

describe('a strict schema', () => {
  it.each([
    [schema, true],
    [loose, false],
    [{ type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false }, false],
    [{ type: 'array', items: schema }, true],
    [{ type: 'array', items: loose }, false],
    [{ anyOf: [schema, loose] }, false],
    [{ ...schema, $defs: { other: loose } }, false],
    [{ type: 'object', additionalProperties: { type: 'string' } }, false],
    [{ type: 'array', items: {} }, false],
    [{ enum: ['a', 'b'] }, true],
  ])('%j', (one, strict) => {
    expect(isStrict(one)).toBe(strict);
  });
});
