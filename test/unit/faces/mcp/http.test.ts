import { describe, expect, it } from 'vitest';

import type { App } from '../../../../src/app/app.ts';
import { createHttpFace } from '../../../../src/faces/http/answer.ts';
import type { HttpAnswer } from '../../../../src/faces/http/exchange.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { createFakeRandom } from '../../../fakes/fake-random.ts';
import { fakeApp } from '../../../support/fake-app.ts';
import { doneScene } from '../../../support/journal-scene.ts';

const accept = 'application/json, text/event-stream';

function face() {
  const outside = { clock: createFakeClock(), random: createFakeRandom() };
  const app: App = fakeApp(doneScene(), { outside, onAsk: () => 'r1' });
  return createHttpFace({ app, open: async () => app });
}

async function send(to: ReturnType<typeof face>, body: unknown, { session = '', method = 'POST' } = {}) {
  const answer = await to.answer({
    method,
    path: '/mcp',
    query: new URLSearchParams(),
    headers: { accept, 'content-type': 'application/json', ...(session === '' ? {} : { 'mcp-session-id': session }) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal: new AbortController().signal,
  });
  return { ...answer, text: await textOf(answer) };
}

async function textOf({ body }: HttpAnswer): Promise<string> {
  if (typeof body === 'string') return body;
  let text = '';
  for await (const part of body) text += part;
  return text;
}

const hello = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
};
const call = (name: string, input: object) => ({
  jsonrpc: '2.0',
  id: 2,
  method: 'tools/call',
  params: { name, arguments: input },
});

describe('MCP by HTTP', () => {
  it('is a session that is begun, spoken in and ended', async () => {
    const to = face();
    const session = (await send(to, hello)).headers['mcp-session-id'] ?? '';
    expect(session).not.toBe('');
    expect((await send(to, call('runs_list', {}), { session })).text).toContain('"run":"r1"');
    expect((await send(to, '', { session, method: 'DELETE' })).status).toBe(200);
    expect((await send(to, call('runs_list', {}), { session })).status).toBe(404);
    await to.close();
  });

  it('answers nobody without one, and no hidden key', async () => {
    const to = face();
    expect((await send(to, call('runs_list', {}))).status).toBe(404);
    expect((await send(to, '', { method: 'GET' })).status).toBe(405);
    expect(await send(to, '{"__proto__":{}}')).toMatchObject({
      status: 400,
      text: expect.stringContaining('__proto__') as string,
    });
    expect((await send(to, '{')).status).toBe(400);
    await to.close();
  });

  it('makes room for a new client, and ends all with the daemon', async () => {
    const to = face();
    const first = (await send(to, hello)).headers['mcp-session-id'] ?? '';
    for (let n = 0; n < 32; n += 1) await send(to, hello);
    expect((await send(to, call('status', {}), { session: first })).status).toBe(404);
    await to.close();
  });
});
