import { z } from 'zod';

import type { Json } from '../../base/json.ts';
import type { AgentEvent } from '../../domain/agent-programs/agent-event.ts';
import type { ProgramWork } from '../../ports/agent-programs.ts';
import { type Dialect, keyVariable, type LaunchOptions } from './dialect.ts';
import { textOf, within } from './read-json.ts';

/**
 * OpenCode, headless (`opencode run --format json`). It has no sandbox of its own; what it may do is allowed in generated settings.
 * Formats: https://opencode.ai/docs/cli and the lines of 1.18, recorded in its test.
 */
export const opencode: Dialect = {
  runner: 'opencode',
  command: 'opencode',
  loginFile: '.local/share/opencode/auth.json',
  loginOf(file) {
    const kinds = Object.values(typeof file === 'object' && file !== null ? file : {}).map((one) =>
      textOf(within((one ?? null) as Json, 'type')),
    );
    if (kinds.includes('oauth')) return 'subscription';
    return kinds.some((kind) => kind !== '') ? 'key' : 'none';
  },
  variables: [
    { name: 'ANTHROPIC_API_KEY', login: 'key' },
    { name: 'OPENAI_API_KEY', login: 'key' },
    { name: 'OPENROUTER_API_KEY', login: 'key' },
  ],
  launch(work, options) {
    const model = modelOf(work);
    return {
      args: ['run', '--format', 'json', ...(model === null ? [] : ['--model', model]), ...['--agent', 'orchestrate']],
      env: {
        ...switchedOff,
        ...(work.server === null ? {} : { [keyVariable]: options.key }),
      },
      home: [
        {
          path: '.config/opencode/opencode.json',
          text: `${JSON.stringify(settingsOf(work, options), null, 2)}\n`,
          mode: 0o600,
        },
      ],
    };
  },
  read: readLine,
};

/** What it fetches or obeys by itself. That it asks the registry of npm for a package of its own cannot be switched off in 1.18: it gives up after a minute. */
const switchedOff = {
  OPENCODE_DISABLE_AUTOUPDATE: '1',
  OPENCODE_DISABLE_CLAUDE_CODE: '1',
  OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
  OPENCODE_DISABLE_EXTERNAL_SKILLS: '1',
  OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
  OPENCODE_DISABLE_MODELS_FETCH: '1',
  OPENCODE_DISABLE_PROJECT_CONFIG: '1',
  OPENCODE_PURE: '1',
};

const modelOf = ({ model, server }: ProgramWork): string | null =>
  model === null || server === null ? model : `orchestrate/${model}`;

/** Which of the packages that it brings along speaks the dialect of a server. */
const packages = {
  anthropic: '@ai-sdk/anthropic',
  'openai-responses': '@ai-sdk/openai',
  'openai-chat': '@ai-sdk/openai-compatible',
} as const;

function settingsOf(work: ProgramWork, { tools }: LaunchOptions) {
  const { server, model } = work;
  return {
    autoupdate: false,
    share: 'disabled',
    permission: { edit: 'allow', bash: 'allow', webfetch: 'deny', websearch: 'deny', external_directory: 'deny' },
    agent: { orchestrate: { mode: 'primary', prompt: work.instructions } },
    ...(tools === null
      ? {}
      : { mcp: { orchestrate: { type: 'local', command: [tools.command, ...tools.args], enabled: true } } }),
    ...(server === null
      ? {}
      : {
          enabled_providers: ['orchestrate'],
          provider: {
            orchestrate: {
              npm: packages[server.dialect],
              name: 'orchestrate',
              options: { baseURL: server.url, apiKey: `{env:${keyVariable}}` },
              models: model === null ? {} : { [model]: {} },
            },
          },
          ...(model === null ? {} : { small_model: `orchestrate/${model}` }),
        }),
  };
}

const lineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('step_start'), sessionID: z.string() }),
  z.object({ type: z.literal('text'), part: z.object({ text: z.string() }) }),
  z.object({
    type: z.literal('tool_use'),
    part: z.object({
      callID: z.string().catch(''),
      tool: z.string(),
      state: z.object({
        status: z.string(),
        input: z.json().optional(),
        output: z.string().optional(),
        error: z.string().optional(),
      }),
    }),
  }),
  z.object({
    type: z.literal('step_finish'),
    part: z.object({
      cost: z.number().catch(0),
      tokens: z.object({
        input: z.number().catch(0),
        output: z.number().catch(0),
        reasoning: z.number().catch(0),
        cache: z.object({ read: z.number().catch(0), write: z.number().catch(0) }).catch({ read: 0, write: 0 }),
      }),
    }),
  }),
  z.object({ type: z.literal('error'), error: z.json() }),
]);

function readLine(line: Json): readonly AgentEvent[] {
  const parsed = lineSchema.safeParse(line);
  if (!parsed.success) return [];
  const said = parsed.data;
  switch (said.type) {
    case 'step_start':
      return [{ kind: 'began', session: said.sessionID, model: null }];
    case 'text':
      return [{ kind: 'text', text: said.part.text }];
    case 'tool_use': {
      const { callID: id, tool: name, state } = said.part;
      return [
        { kind: 'tool', id, name, input: JSON.stringify(state.input ?? {}) },
        { kind: 'tool-result', id, isError: state.status === 'error', text: state.error ?? state.output ?? '' },
      ];
    }
    case 'step_finish': {
      const { tokens, cost } = said.part;
      const usage = {
        inputUncached: tokens.input,
        cacheRead: tokens.cache.read,
        cacheWrite5m: tokens.cache.write,
        cacheWrite1h: 0,
        // What it thought is counted beside what it said.
        output: tokens.output + tokens.reasoning,
        reasoning: tokens.reasoning,
      };
      // It writes 0 where it does not know the price.
      return [{ kind: 'turn', usage, model: null, costMicroUsd: cost === 0 ? null : Math.round(cost * 1_000_000) }];
    }
    case 'error':
      return [{ kind: 'failed', why: textOf(within(said.error, 'data', 'message')) || JSON.stringify(said.error) }];
  }
}
