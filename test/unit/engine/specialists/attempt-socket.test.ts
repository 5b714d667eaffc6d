import { beforeEach, describe, expect, it } from 'vitest';

import type { JsonObject } from '../../../../src/base/json.ts';
import type { Engine } from '../../../../src/engine/engine.ts';
import { openAttemptSocket } from '../../../../src/engine/specialists/attempt-socket.ts';
import type { WorkOrder } from '../../../../src/engine/specialists/order.ts';
import type { FakeAttemptSockets } from '../../../fakes/fake-attempt-sockets.ts';
import { fixer, modelScene, type ModelScene } from './scene.ts';

interface Told {
  readonly id: string | null;
  readonly ok: boolean;
  readonly tools?: readonly { readonly name: string; readonly input: JsonObject }[];
  readonly outcome?: { readonly isError: boolean; readonly text: string };
  readonly answer?: JsonObject;
  readonly fault?: { readonly code: string; readonly message: string };
}

let scene: ModelScene;
let hooks: Parameters<Engine['performHook']>[0][];
let say: (message: object | string) => Promise<Told>;
let path: string;
let close: () => Promise<void>;

beforeEach(async () => {
  scene = await modelScene();
  hooks = [];
  const engine: Engine = {
    ...scene.engine,
    performHook: async (asked) => {
      hooks.push(asked);
      return { ok: true };
    },
  };
  const order = {
    parts: { run: 'r1', attempt: 'r1.fix#1' },
    agent: fixer,
    conversation: 'r1.fix',
    slotDir: scene.slot,
    tools: await scene.tools(),
    signal: new AbortController().signal,
  } as unknown as WorkOrder;
  ({ path, close } = await openAttemptSocket(engine, order));
  const sockets = engine.outside.attemptSockets as FakeAttemptSockets;
  say = async (message) =>
    JSON.parse(await sockets.say(path, typeof message === 'string' ? message : JSON.stringify(message))) as Told;
});

it('lists what the agent’s file names, and nothing else', async () => {
  const { tools } = await say({ id: '1', list: true });
  const names = tools?.map(({ name }) => name) ?? [];
  expect(names).toEqual(expect.arrayContaining(['read_file', 'edit_file', 'bus_send', 'finish']));
  expect(names).not.toContain('shell');
  expect(tools?.find(({ name }) => name === 'read_file')?.input).toMatchObject({ type: 'object' });
});

it('calls a tool once for each id, also when it is asked again', async () => {
  const write = { id: 'w1', tool: 'write_file', arguments: { path: 'docs/env-setup/a.md', text: 'one\n' } };
  const first = await say(write);
  expect(first).toMatchObject({ id: 'w1', ok: true, outcome: { isError: false } });
  const uses = scene.rows('tool.used').length;
  expect(await say(write)).toMatchObject({ outcome: { isError: false } });
  expect(scene.rows('tool.used')).toHaveLength(uses);
});

it.each([
  ['an unknown tool', { id: '1', tool: 'read_fil', arguments: {} }, 'TOOL_UNKNOWN'],
  ['a field too many', { id: '1', list: true, all: true }, 'USAGE_BAD_ARGUMENT'],
  ['an id that could be another call', { id: '../x', list: true }, 'USAGE_BAD_ARGUMENT'],
  ['what reaches for prototypes', '{"id":"1","tool":"finish","arguments":{"__proto__":{"a":1}}}', 'USAGE_BAD_ARGUMENT'],
  ['half a line', '{"id": "1", "tool"', 'USAGE_BAD_ARGUMENT'],
  [
    'lists without end',
    `{"id":"1","tool":"finish","arguments":{"a":${'['.repeat(500)}${']'.repeat(500)}}}`,
    'USAGE_BAD_ARGUMENT',
  ],
])('%s is refused, and does nothing', async (_, message, code) => {
  expect(await say(message)).toMatchObject({ ok: false, fault: { code } });
  expect(scene.rows('tool.used')).toEqual([]);
});

it('answers arguments that do not fit as data', async () => {
  expect(await say({ id: '1', tool: 'read_file', arguments: { path: 4 } })).toMatchObject({
    ok: true,
    outcome: { isError: true },
  });
});

it('performs a hook in the name of the attempt, from its slot', async () => {
  expect(await say({ id: '1', hook: 'pre-command', input: { command: 'ls' } })).toMatchObject({
    ok: true,
    answer: { ok: true },
  });
  expect(hooks).toMatchObject([
    { by: 'demo/r1.fix#1', cwd: scene.slot, hook: 'pre-command', input: { command: 'ls' } },
  ]);
});

it.each(['post-edit', 'pre-edit', 'checkpoint', 'resource-check', 'conflict-detect'])(
  'performs no hook that reads files or processes of the machine (%s)',
  async (hook) => {
    expect(await say({ id: '1', hook, input: { file: '/etc/passwd' } })).toMatchObject({
      ok: false,
      fault: { code: 'TOOL_REFUSED' },
    });
    expect(hooks).toEqual([]);
  },
);

describe('who asks is the socket, whatever the message says (A36)', () => {
  it.each(['from', 'by', 'agent', 'role', 'approved'])(
    'a message that says %s is refused and on record',
    async (name) => {
      const message = {
        id: '1',
        tool: 'bus_send',
        arguments: { to: 'tree:env-setup', subject: 'x' },
        [name]: 'supervisor',
      };
      expect(await say(message)).toMatchObject({ ok: false, fault: { code: 'BUS_SENDER_FORGED' } });
      expect(scene.rows('tool.refused')).toMatchObject([{ why: `its message said ${name} itself` }]);
      expect(scene.world.context.bus.newest(10)).toEqual([]);
    },
  );

  it('the same message without it is sent, from the agent', async () => {
    await say({ id: '1', tool: 'bus_send', arguments: { to: 'tree:env-setup', subject: 'x' } });
    expect(scene.world.context.bus.newest(10)).toMatchObject([{ from: 'agent:fixer', to: 'tree:env-setup' }]);
  });

  it('who goes on lying fills no journal', async () => {
    for (let n = 0; n < 50; n += 1) await say({ id: `${n}`, list: true, from: `supervisor ${n}` });
    expect(scene.rows('tool.refused')).toHaveLength(20);
  });
});

it('closes with the attempt', async () => {
  const sockets = scene.engine.outside.attemptSockets as FakeAttemptSockets;
  expect([...sockets.listening]).toEqual([path]);
  await close();
  expect([...sockets.listening]).toEqual([]);
});
