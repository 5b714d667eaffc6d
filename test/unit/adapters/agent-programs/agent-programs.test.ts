import { agent, ndJsonStream, type RequestPermissionResponse } from '@agentclientprotocol/sdk';
import { describe, expect, it } from 'vitest';

import { createAgentPrograms } from '../../../../src/adapters/agent-programs/agent-programs.ts';
import type { AgentEvent } from '../../../../src/domain/agent-programs/agent-event.ts';
import type { ProgramWork } from '../../../../src/ports/agent-programs.ts';
import { createFakeFiles } from '../../../fakes/fake-files.ts';
import { createFakeProcesses } from '../../../fakes/fake-processes.ts';
import { createScriptedWalls, type PlayedProgram } from '../../../fakes/scripted-walls.ts';

const secret = 'sk-very-secret-0123456789';

function scene(play: (program: PlayedProgram) => Promise<void>, env: Readonly<Record<string, string>> = {}) {
  const files = createFakeFiles();
  const walls = createScriptedWalls(play);
  files.put('/home/me/.claude/.credentials.json', JSON.stringify({ claudeAiOauth: { accessToken: secret } }));
  files.put('/opt/claude/bin/claude', '\u007FELF');
  const processes = createFakeProcesses();
  const learned: string[] = [];
  const programs = createAgentPrograms({
    walls,
    files,
    processes,
    searchPath: ['/usr/bin'],
    homeDir: '/home/me',
    env,
    learn: (secrets) => learned.push(...secrets),
    own: () => ({ program: '/usr/bin/node', args: ['/opt/orchestrate/bin.cjs'], readable: ['/opt/orchestrate'] }),
  });
  return { files, walls, programs, processes, learned };
}

const work: ProgramWork = {
  found: {
    runner: 'claude-code',
    program: '/opt/claude/bin/claude',
    args: [],
    version: '2.1.197',
    login: 'subscription',
  },
  prompt: 'write the note',
  instructions: 'You are careful.',
  model: null,
  dir: '/home/me/comfy/trees/ops-maint',
  covers: [{ from: '/dev/null', at: '/home/me/comfy/trees/ops-maint/.git' }],
  gitDir: '/state/attempts/r1.fix#1/git',
  toolSocket: '/run/user/1000/orchestrate/a.sock',
  server: null,
  hosts: [],
  extras: { hooks: null, servers: {}, skills: [] },
  budgetMicroUsd: null,
  limits: { memoryBytes: 1, processes: 1, wallMs: 1, outputBytes: 1, temporaryBytes: 1 },
  mark: 'i/r1.fix#1',
};

const says = async ({ input, say }: PlayedProgram): Promise<void> => {
  for await (const _ of input) continue;
  say('{"type":"system","subtype":"init","session_id":"s1","model":"m"}\nnot json\n');
  say('{"type":"result","subtype":"success","num_turns":1,"total_cost_usd":0.5,"result":"done"}\n');
};

const run = (programs: ReturnType<typeof scene>['programs'], one = work): Promise<AgentEvent[]> =>
  Array.fromAsync(programs.work(one, { signal: AbortSignal.timeout(20_000) }));

describe('a program of an agent, behind the wall', () => {
  it('is given the prompt by standard input, and what it says is told until it is gone', async () => {
    const { programs, walls } = scene(says);
    expect((await run(programs)).map(({ kind }) => kind)).toEqual(['walled', 'began', 'unread', 'sums', 'ended']);
    expect(walls.nStopped).toBe(1);
    expect(walls.opened[0]?.args.join(' ')).not.toContain(work.prompt);
  });

  it('has its login made known as a secret before it is started', async () => {
    const { programs, learned } = scene(says);
    await run(programs);
    expect(learned).toContain(secret);
  });

  it('sees one file of the HOME, which is kept when it changes, and of the network only its hosts', async () => {
    const { programs, walls } = scene(says);
    await run(programs);
    const [spec] = walls.opened;
    expect(spec?.home).toEqual([
      { path: '.claude/.credentials.json', from: '/home/me/.claude/.credentials.json', mode: 0o600, keep: true },
    ]);
    expect(spec?.egress).toContain('api.anthropic.com');
    expect(spec?.loopback).toEqual([]);
    expect(spec?.sockets).toEqual([{ from: work.toolSocket, at: '/run/orchestrate.sock' }]);
    expect(spec?.writable).toEqual([work.dir, work.gitDir]);
    expect(spec?.covers).toEqual(work.covers);
    expect(spec?.env).toMatchObject({ GIT_DIR: work.gitDir, GIT_WORK_TREE: work.dir });
    expect(JSON.stringify(spec)).not.toContain(secret);
  });

  it('that asks a server of this machine is given its port and no login', async () => {
    const { programs, walls } = scene(says, { LOCAL_KEY: secret });
    const server = {
      url: 'http://127.0.0.1:4010',
      key: { kind: 'environment', name: 'LOCAL_KEY' },
      dialect: 'anthropic',
    } as const;
    await run(programs, { ...work, server });
    const [spec] = walls.opened;
    expect(spec).toMatchObject({ egress: [], loopback: [4010], home: [] });
    expect(spec?.env).toMatchObject({ ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: secret });
    expect(spec?.args.join(' ')).not.toContain(secret);
  });

  it('is not started where the key of its server is missing', async () => {
    const { programs, walls } = scene(says);
    const server = {
      url: 'https://models.example',
      key: { kind: 'environment', name: 'NOPE' },
      dialect: 'anthropic',
    } as const;
    await expect(run(programs, { ...work, server })).rejects.toMatchObject({ code: 'MODEL_KEY_MISSING' });
    expect(walls.opened).toEqual([]);
  });

  it('is given of the person what its agent names, and nothing beside it', async () => {
    const { programs, walls, files } = scene(says);
    files.put('/home/me/.claude/skills/lint/SKILL.md', '# Lint');
    files.put('/home/me/.claude/skills/other/SKILL.md', '# Other');
    files.put('/home/me/.claude/settings.json', '{"hooks":{}}');
    const extras = { hooks: { Stop: [] }, servers: { docs: { command: 'docs-server' } }, skills: ['lint', '../other'] };
    await run(programs, { ...work, extras });
    const [spec] = walls.opened;
    expect(spec?.home.map(({ path }) => path)).toEqual(['.claude/.credentials.json', '.claude/skills/lint/SKILL.md']);
    const after = (flag: string) => spec?.args[spec.args.indexOf(flag) + 1] ?? '';
    expect(JSON.parse(after('--settings'))).toMatchObject({ hooks: { Stop: [] }, sandbox: { enabled: false } });
    expect(Object.keys(JSON.parse(after('--mcp-config')).mcpServers)).toEqual(['docs', 'orchestrate']);
    expect(after('--setting-sources')).toBe('user');
  });

  it('is stopped when nobody reads on', async () => {
    const { programs, walls } = scene(async ({ say, signal }) => {
      say('{"type":"system","subtype":"init","session_id":"s1"}\n');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    for await (const event of programs.work(work, { signal: AbortSignal.timeout(20_000) })) {
      if (event.kind === 'began') break;
    }
    expect(walls.nStopped).toBe(1);
  });

  it('speaks the Agent Client Protocol where it is one of those', async () => {
    const { programs, walls } = scene(playAcp);
    const found = { ...work.found, runner: 'acp', args: ['--acp'], login: null } as const;
    const events = await run(programs, { ...work, found, hosts: ['models.example'] });
    expect(events).toMatchObject([
      { kind: 'walled', level: 'L2', egress: ['models.example'] },
      { kind: 'began', session: 'a1' },
      { kind: 'tool', id: 't1', name: 'edit', input: 'write note.md' },
      { kind: 'tool-result', id: 't1', isError: false, text: 'allowed: yes-once' },
      { kind: 'text', text: 'You are careful.\n\nwrite the note' },
      { kind: 'sums', turns: 1 },
      { kind: 'ended', exitCode: 0 },
    ]);
    expect(walls.opened[0]).toMatchObject({ args: ['--acp'], egress: ['models.example'], home: [] });
  });
});

describe('a program of an agent is found', () => {
  it('by its path, with its version and who pays, and never with a credential', async () => {
    const { programs, processes } = scene(says);
    processes.program('/opt/claude/bin/claude', () => ({ exitCode: 0, stdout: '2.1.197 (Claude Code)\n' }));
    const found = await programs.find('claude-code', { command: ['/opt/claude/bin/claude'] });
    expect(found).toEqual({
      runner: 'claude-code',
      program: '/opt/claude/bin/claude',
      args: [],
      version: '2.1.197',
      login: 'subscription',
    });
  });

  it('where it is: one that is not there is not, and one of the protocol has to be named', async () => {
    const { programs } = scene(says);
    expect(await programs.find('codex', { command: ['/opt/codex'] })).toBeUndefined();
    expect(await programs.find('acp')).toBeUndefined();
    expect(await programs.find('acp', { command: ['/opt/claude/bin/claude', '--acp'] })).toMatchObject({
      args: ['--acp'],
      version: null,
      login: null,
    });
  });
});

/** Plays a program that asks leave, tells what came of it, and says the prompt again in two pieces. */
async function playAcp({ input, say, signal }: PlayedProgram): Promise<void> {
  const output = new WritableStream<Uint8Array>({ write: say });
  const app = agent({ name: 'played' })
    .onRequest('initialize', () => ({ protocolVersion: 1, agentCapabilities: {} }))
    .onRequest('session/new', ({ params }) => {
      expect(params.mcpServers).toMatchObject([{ name: 'orchestrate', args: ['/opt/orchestrate/bin.cjs', 'mcp'] }]);
      return { sessionId: 'a1' };
    })
    .onRequest('session/prompt', async ({ params, client }) => {
      const { sessionId, prompt } = params;
      const text = prompt[0]?.type === 'text' ? prompt[0].text : '';
      const toolCall = { toolCallId: 't1', title: 'write note.md', kind: 'edit' } as const;
      await client.notify('session/update', { sessionId, update: { sessionUpdate: 'tool_call', ...toolCall } });
      const { outcome } = await client.request<RequestPermissionResponse>('session/request_permission', {
        sessionId,
        toolCall,
        options: [
          { optionId: 'always', name: 'Always', kind: 'allow_always' },
          { optionId: 'yes-once', name: 'Once', kind: 'allow_once' },
        ],
      });
      const allowed = outcome.outcome === 'selected' ? outcome.optionId : 'no';
      await client.notify('session/update', {
        sessionId,
        update: {
          sessionUpdate: 'tool_call_update',
          toolCallId: 't1',
          status: 'completed',
          content: [{ type: 'content', content: { type: 'text', text: `allowed: ${allowed}` } }],
        },
      });
      for (const piece of [text.slice(0, 5), text.slice(5)])
        await client.notify('session/update', {
          sessionId,
          update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: piece } },
        });
      return { stopReason: 'end_turn' };
    });
  const connection = app.connect(ndJsonStream(output, ReadableStream.from(input)));
  await Promise.race([connection.closed, new Promise((resolve) => signal.addEventListener('abort', resolve))]);
}
