import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { describe, expect, it } from 'vitest';

import { createMcpServer } from '../../../../src/faces/mcp/server.ts';
import { builtInDefinitions } from '../../../support/built-in-definitions.ts';
import { fakeApp, type FakeApp } from '../../../support/fake-app.ts';
import { doneScene, waitingScene } from '../../../support/journal-scene.ts';
import type { SceneLedger } from '../../../support/scene-ledger.ts';

const definitions = builtInDefinitions();

async function connected(scene: SceneLedger = doneScene()): Promise<{ client: Client; app: FakeApp }> {
  const app = fakeApp(scene, { onAsk: () => 'r1', installation: { definitions } });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await createMcpServer({ open: async () => app, version: '0.1.0' }).connect(far);
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(near);
  return { client, app };
}

const textOf = (result: unknown): string =>
  (result as { content: { text: string }[] }).content.map(({ text }) => text).join('\n');
const faultOf = (result: unknown): { code: string; message: string; state?: string } =>
  (JSON.parse(textOf(result)) as { error: { code: string; message: string; state?: string } }).error;

describe('tools', () => {
  it('are the operations that a program may run, with what each does at most', async () => {
    const { tools } = await (await connected()).client.listTools();
    const one = (name: string) => tools.find((tool) => tool.name === name);
    expect(one('runs_list')?.annotations).toMatchObject({
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    });
    expect(one('runs_cancel')?.annotations).toMatchObject({
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: false,
    });
    expect(one('run')?.annotations).toMatchObject({ readOnlyHint: false, destructiveHint: false, openWorldHint: true });
    expect(one('runs_cancel')?.inputSchema).toMatchObject({
      additionalProperties: false,
      properties: { yes: { type: 'boolean' } },
    });
    for (const name of ['serve', 'init', 'eject', 'mcp', 'supervisor_stop']) expect(one(name)).toBeUndefined();
  });

  it('answer what --json prints, as data and as text', async () => {
    const { client } = await connected();
    const result = await client.callTool({ name: 'runs_list', arguments: { limit: 1 } });
    expect(result.structuredContent).toMatchObject({ runs: [{ run: 'r1' }] });
    expect(JSON.parse(textOf(result))).toEqual(result.structuredContent);
  });

  it('A59: an unknown one is an error, and so is an argument, and nothing is done', async () => {
    const { client, app } = await connected();
    await expect(client.callTool({ name: 'runs_lst', arguments: {} })).rejects.toThrow(
      /TOOL_UNKNOWN.*Did you mean runs_list/,
    );
    await expect(client.callTool({ name: '__proto__', arguments: {} })).rejects.toThrow('TOOL_UNKNOWN');
    const bad: Record<string, unknown>[] = [
      { run: 'r1', yes: true, force: true },
      { run: 'r1', yes: true, ['constructor']: {} },
      { run: 5, yes: true },
      {},
    ];
    for (const given of bad) {
      const result = await client.callTool({ name: 'runs_cancel', arguments: given });
      expect(result.isError).toBe(true);
      expect(faultOf(result)).toMatchObject({ code: 'USAGE_BAD_ARGUMENT', state: 'Nothing was done.' });
    }
    expect(app.asked).toEqual([]);
    await client.callTool({ name: 'runs_cancel', arguments: { run: 'r1', yes: true, detach: true } });
    expect(app.asked).toMatchObject([{ kind: 'run.cancel' }]);
  });

  it('do nothing that takes away without yes', async () => {
    const { client, app } = await connected();
    expect(faultOf(await client.callTool({ name: 'runs_cancel', arguments: { run: 'r1' } }))).toMatchObject({
      code: 'YES_REQUIRED',
    });
    expect(app.asked).toEqual([]);
  });

  it('tell how a run goes on where somebody wants to know, and answer with its end', async () => {
    const { client } = await connected(waitingScene());
    const told: string[] = [];
    const result = await client.callTool({ name: 'runs_resume', arguments: { run: 'r1' } }, undefined, {
      onprogress: ({ message }) => void told.push(message ?? ''),
    });
    expect(result.structuredContent).toMatchObject({ run: 'r1' });
  });
});

describe('resources', () => {
  it('are read by their address', async () => {
    const { client } = await connected();
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toContain('orchestrate://runs');
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain('orchestrate://runs/{run}');
    const [run] = (await client.readResource({ uri: 'orchestrate://runs/r1' })).contents;
    expect(JSON.parse((run as { text: string }).text)).toMatchObject({ run: 'r1' });
  });

  it.each([
    'file:///etc/passwd',
    'orchestrate://none',
    'orchestrate://runs/',
    'orchestrate://runs/..%2f..',
    'orchestrate://toString',
  ])('there is none at %s', async (uri) => {
    await expect((await connected()).client.readResource({ uri })).rejects.toThrow(/USAGE_BAD_ARGUMENT|NOT_FOUND/);
  });
});

describe('prompts', () => {
  it('are the playbooks and agents', async () => {
    const { client } = await connected();
    const { prompts } = await client.listPrompts();
    const playbook = prompts.find(({ name }) => name.startsWith('playbook_'));
    const agent = prompts.find(({ name }) => name.startsWith('agent_'));
    const got = await client.getPrompt({ name: playbook?.name ?? '' });
    expect(JSON.stringify(got.messages)).toContain(playbook?.name.slice('playbook_'.length));
    const asked = await client.getPrompt({ name: agent?.name ?? '', arguments: { task: 'look at it' } });
    expect(JSON.stringify(asked.messages)).toContain('The task: look at it');
    await expect(client.getPrompt({ name: agent?.name ?? '' })).rejects.toThrow('task is missing');
    await expect(client.getPrompt({ name: playbook?.name ?? '', arguments: { nope: '1' } })).rejects.toThrow(
      'no argument "nope"',
    );
    await expect(client.getPrompt({ name: 'toString' })).rejects.toThrow('There is no prompt');
  });
});
