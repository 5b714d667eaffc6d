import { z } from 'zod';

import type { Json } from '../../base/json.ts';
import type { AgentEvent } from '../../domain/agent-programs/agent-event.ts';
import type { TokenUsage } from '../../domain/spending/token-usage.ts';
import type { ProgramWork } from '../../ports/agent-programs.ts';
import type { Dialect, LaunchOptions } from './dialect.ts';
import { textOf, within } from './read-json.ts';

/**
 * Claude Code, headless (`-p`). It asks nobody: what it may use is allowed by name in generated settings, and its permission checks stay on.
 * Formats: https://code.claude.com/docs/en/headless and the lines of 2.1, recorded in its test.
 */
export const claudeCode: Dialect = {
  runner: 'claude-code',
  command: 'claude',
  loginFile: '.claude/.credentials.json',
  loginOf: (file) => (textOf(within(file, 'claudeAiOauth', 'accessToken')) === '' ? 'none' : 'subscription'),
  variables: [
    { name: 'ANTHROPIC_API_KEY', login: 'key' },
    { name: 'ANTHROPIC_AUTH_TOKEN', login: 'key' },
    { name: 'CLAUDE_CODE_OAUTH_TOKEN', login: 'subscription' },
  ],
  launch(work, options) {
    return {
      args: [
        '-p',
        ...['--output-format', 'stream-json', '--verbose'],
        ...['--setting-sources', 'user'],
        ...['--settings', JSON.stringify(settingsOf(work))],
        ...['--strict-mcp-config', '--mcp-config', JSON.stringify({ mcpServers: serversOf(work, options) })],
        ...['--permission-mode', 'acceptEdits'],
        ...['--append-system-prompt', work.instructions],
        ...(work.model === null ? [] : ['--model', work.model]),
        ...(work.budgetMicroUsd === null ? [] : ['--max-budget-usd', String(work.budgetMicroUsd / 1_000_000)]),
      ],
      env: {
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        DISABLE_AUTOUPDATER: '1',
        DISABLE_ERROR_REPORTING: '1',
        DISABLE_TELEMETRY: '1',
        ...serverOf(work, options),
      },
      home: [],
    };
  },
  read: readLine,
};

/** Its own sandbox needs namespaces that a program inside the wall cannot make. */
const settingsOf = ({ extras }: ProgramWork) => ({
  sandbox: { enabled: false },
  permissions: {
    allow: [
      ...['Bash', 'Edit', 'Glob', 'Grep', 'MultiEdit', 'NotebookEdit', 'Read', 'Skill', 'Write'],
      ...['orchestrate', ...Object.keys(extras.servers)].map((server) => `mcp__${server}`),
    ],
    deny: ['WebFetch', 'WebSearch'],
  },
  includeCoAuthoredBy: false,
  ...(extras.hooks === null ? {} : { hooks: extras.hooks }),
});

const serversOf = ({ extras }: ProgramWork, { tools }: LaunchOptions) => ({
  ...extras.servers,
  ...(tools === null ? {} : { orchestrate: { type: 'stdio', command: tools.command, args: tools.args } }),
});

const serverOf = ({ server }: ProgramWork, { key }: LaunchOptions): Readonly<Record<string, string>> =>
  server === null ? {} : { ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: key };

const usageSchema = z.object({
  input_tokens: z.number().catch(0),
  output_tokens: z.number().catch(0),
  cache_read_input_tokens: z.number().catch(0),
  cache_creation_input_tokens: z.number().catch(0),
  cache_creation: z
    .object({ ephemeral_1h_input_tokens: z.number().catch(0) })
    .optional()
    .catch(undefined),
});

const blockSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input: z.json() }),
  z.object({
    type: z.literal('tool_result'),
    tool_use_id: z.string(),
    is_error: z.boolean().optional(),
    content: z.json().optional(),
  }),
]);

const lineSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('system'),
    subtype: z.string(),
    session_id: z.string().optional(),
    model: z.string().optional(),
  }),
  z.object({
    type: z.enum(['assistant', 'user']),
    message: z.object({ content: z.union([z.string(), z.array(z.json())]) }),
  }),
  z.object({
    type: z.literal('result'),
    subtype: z.string(),
    is_error: z.boolean().optional(),
    result: z.string().optional(),
    num_turns: z.number().optional(),
    total_cost_usd: z.number().optional(),
    usage: usageSchema.optional(),
  }),
]);

function readLine(line: Json): readonly AgentEvent[] {
  const parsed = lineSchema.safeParse(line);
  if (!parsed.success) return [];
  const said = parsed.data;
  switch (said.type) {
    case 'system':
      if (said.subtype !== 'init' || said.session_id === undefined) return [];
      return [{ kind: 'began', session: said.session_id, model: said.model ?? null }];
    case 'assistant':
    case 'user': {
      const { content } = said.message;
      return typeof content === 'string' ? [] : content.flatMap(readBlock);
    }
    case 'result': {
      const sums: AgentEvent = {
        kind: 'sums',
        usage: said.usage === undefined ? null : usageOf(said.usage),
        turns: said.num_turns ?? null,
        costMicroUsd: said.total_cost_usd === undefined ? null : Math.round(said.total_cost_usd * 1_000_000),
      };
      const isFailure = said.is_error === true || said.subtype !== 'success';
      return isFailure ? [sums, { kind: 'failed', why: said.result ?? said.subtype }] : [sums];
    }
  }
}

function readBlock(block: Json): readonly AgentEvent[] {
  const parsed = blockSchema.safeParse(block);
  if (!parsed.success) return [];
  const said = parsed.data;
  switch (said.type) {
    case 'text':
      return [{ kind: 'text', text: said.text }];
    case 'tool_use':
      return [{ kind: 'tool', id: said.id, name: said.name, input: JSON.stringify(said.input) }];
    case 'tool_result': {
      const text = textOf(said.content ?? '');
      return [{ kind: 'tool-result', id: said.tool_use_id, isError: said.is_error ?? false, text }];
    }
  }
}

function usageOf(usage: z.output<typeof usageSchema>): TokenUsage {
  const hour = usage.cache_creation?.ephemeral_1h_input_tokens ?? 0;
  return {
    inputUncached: usage.input_tokens,
    cacheRead: usage.cache_read_input_tokens,
    cacheWrite5m: Math.max(0, usage.cache_creation_input_tokens - hour),
    cacheWrite1h: hour,
    output: usage.output_tokens,
    reasoning: 0,
  };
}
