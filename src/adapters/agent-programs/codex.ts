import { z } from 'zod';

import type { Json } from '../../base/json.ts';
import type { AgentEvent } from '../../domain/agent-programs/agent-event.ts';
import type { ProgramWork } from '../../ports/agent-programs.ts';
import { type Dialect, keyVariable, type LaunchOptions } from './dialect.ts';
import { textOf, within } from './read-json.ts';

/**
 * Codex, headless (`codex exec --json`). Its own sandbox cannot be made within ours and is off; it asks nobody.
 * Formats: https://developers.openai.com/codex/noninteractive and the lines of 0.171, recorded in its test.
 */
export const codex: Dialect = {
  runner: 'codex',
  command: 'codex',
  loginFile: '.codex/auth.json',
  loginOf: (file) => {
    if (textOf(within(file, 'tokens', 'access_token')) !== '') return 'subscription';
    return textOf(within(file, 'OPENAI_API_KEY')) === '' ? 'none' : 'key';
  },
  variables: [{ name: 'CODEX_API_KEY', login: 'key' }],
  launch(work, options) {
    return {
      args: ['exec', '--json', '--skip-git-repo-check', ...(work.model === null ? [] : ['--model', work.model]), '-'],
      env: work.server === null ? {} : { [keyVariable]: options.key },
      home: [{ path: '.codex/config.toml', text: settingsOf(work, options), mode: 0o600 }],
    };
  },
  read: readLine,
};

/** TOML: a text as JSON writes it is a basic string of TOML too. */
function settingsOf(work: ProgramWork, { tools }: LaunchOptions): string {
  const lines = [
    'approval_policy = "never"',
    'sandbox_mode = "danger-full-access"',
    'check_for_update_on_startup = false',
    'web_search = "disabled"',
    // Instructions of the folder are not those of the agent.
    'project_doc_max_bytes = 0',
    `developer_instructions = ${JSON.stringify(work.instructions)}`,
  ];
  if (work.server !== null) lines.push('model_provider = "orchestrate"');
  lines.push('[analytics]', 'enabled = false', '[history]', 'persistence = "none"');
  if (work.server !== null)
    lines.push(
      '[model_providers.orchestrate]',
      'name = "orchestrate"',
      `base_url = ${JSON.stringify(work.server.url)}`,
      `env_key = ${JSON.stringify(keyVariable)}`,
      'wire_api = "responses"',
    );
  if (tools !== null)
    lines.push(
      '[mcp_servers.orchestrate]',
      `command = ${JSON.stringify(tools.command)}`,
      `args = ${JSON.stringify(tools.args)}`,
    );
  return `${lines.join('\n')}\n`;
}

const itemSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('agent_message'), text: z.string() }),
  z.object({
    id: z.string().catch(''),
    type: z.literal('command_execution'),
    command: z.string(),
    aggregated_output: z.string().optional(),
    exit_code: z.number().nullable().optional(),
  }),
  z.object({
    id: z.string().catch(''),
    type: z.literal('file_change'),
    changes: z.array(z.object({ path: z.string(), kind: z.string() })),
    status: z.string().optional(),
  }),
  z.object({
    id: z.string().catch(''),
    type: z.literal('mcp_tool_call'),
    server: z.string(),
    tool: z.string(),
    arguments: z.json().optional(),
    result: z.json().optional(),
    status: z.string().optional(),
  }),
  z.object({ type: z.literal('error'), message: z.string() }),
]);

const lineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('thread.started'), thread_id: z.string() }),
  z.object({ type: z.literal('item.completed'), item: z.json() }),
  z.object({
    type: z.literal('turn.completed'),
    usage: z.object({
      input_tokens: z.number().catch(0),
      cached_input_tokens: z.number().catch(0),
      cache_write_input_tokens: z.number().catch(0),
      output_tokens: z.number().catch(0),
      reasoning_output_tokens: z.number().catch(0),
    }),
  }),
  z.object({ type: z.literal('turn.failed'), error: z.object({ message: z.string() }) }),
  z.object({ type: z.literal('error'), message: z.string() }),
]);

function readLine(line: Json): readonly AgentEvent[] {
  const parsed = lineSchema.safeParse(line);
  if (!parsed.success) return [];
  const said = parsed.data;
  switch (said.type) {
    case 'thread.started':
      return [{ kind: 'began', session: said.thread_id, model: null }];
    case 'item.completed':
      return readItem(said.item);
    case 'turn.completed': {
      const { cached_input_tokens: cached, cache_write_input_tokens: written } = said.usage;
      const usage = {
        // Its input counts what the cache held, too.
        inputUncached: Math.max(0, said.usage.input_tokens - cached - written),
        cacheRead: cached,
        cacheWrite5m: written,
        cacheWrite1h: 0,
        output: said.usage.output_tokens,
        reasoning: said.usage.reasoning_output_tokens,
      };
      return [{ kind: 'turn', usage, model: null, costMicroUsd: null }];
    }
    case 'turn.failed':
      return [{ kind: 'failed', why: said.error.message }];
    case 'error':
      // It tells each try again this way; what ends the turn comes as `turn.failed`.
      return [{ kind: 'text', text: said.message }];
  }
}

function readItem(item: Json): readonly AgentEvent[] {
  const parsed = itemSchema.safeParse(item);
  if (!parsed.success) return [];
  const said = parsed.data;
  switch (said.type) {
    case 'agent_message':
      return [{ kind: 'text', text: said.text }];
    case 'command_execution':
      return [
        { kind: 'tool', id: said.id, name: 'shell', input: said.command },
        { kind: 'tool-result', id: said.id, isError: said.exit_code !== 0, text: said.aggregated_output ?? '' },
      ];
    case 'file_change':
      return [
        {
          kind: 'tool',
          id: said.id,
          name: 'edit',
          input: said.changes.map(({ path, kind }) => `${kind} ${path}`).join('\n'),
        },
        { kind: 'tool-result', id: said.id, isError: said.status === 'failed', text: said.status ?? '' },
      ];
    case 'mcp_tool_call':
      return [
        {
          kind: 'tool',
          id: said.id,
          name: `${said.server}.${said.tool}`,
          input: JSON.stringify(said.arguments ?? {}),
        },
        {
          kind: 'tool-result',
          id: said.id,
          isError: said.status === 'failed',
          text: textOf(within(said.result ?? null, 'content')),
        },
      ];
    case 'error':
      return [{ kind: 'text', text: said.message }];
  }
}
