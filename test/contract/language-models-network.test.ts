import { chmodSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { createFiles } from '../../src/adapters/files/files.ts';
import { guardedFetch } from '../../src/adapters/language-models/guarded-fetch.ts';
import { createLanguageModels } from '../../src/adapters/language-models/language-models.ts';
import { builtInProviders } from '../../src/domain/providers/built-in.ts';
import type { Provider } from '../../src/domain/providers/provider.ts';
import type { ModelCall } from '../../src/ports/index.ts';
import { createFakeClock } from '../fakes/fake-clock.ts';
import { type ModelServer, startModelServer } from '../support/model-server.ts';
import { faultOf } from './support/fault-of.ts';
import { tempFolder } from './support/temp-folder.ts';

const folder = tempFolder();
const secret = 'no-prefix-that-anybody-knows-5f2b';
const env: Record<string, string | undefined> = { MODEL_KEY: secret };
const models = createLanguageModels({ files: createFiles(), clock: createFakeClock(), env });
const signal = new AbortController().signal;
let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());

function provider(id: 'anthropic' | 'openai' | 'zai', given: Partial<Provider> = {}): Provider {
  const built = builtInProviders.find((one) => one.id === id);
  if (built === undefined) throw new Error(id);
  const url = { anthropic: server.urls.anthropic, openai: server.urls.openai, zai: server.urls.glm }[id];
  return { ...built, url, key: { kind: 'environment', name: 'MODEL_KEY' }, ...given };
}

const call = (one: Provider, given: Partial<ModelCall> = {}): ModelCall => ({
  provider: one,
  model: one.models[0]?.id ?? 'm-1',
  system: 'You look after it.',
  tools: [],
  messages: [{ role: 'user', text: 'Look.' }],
  maxOutputTokens: 1000,
  silenceMs: 60_000,
  ...given,
});

async function serve(listener: RequestListener): Promise<string> {
  const own = createServer(listener);
  await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    own.closeAllConnections();
    own.close();
  });
  return `http://127.0.0.1:${(own.address() as AddressInfo).port}`;
}

describe('the key', () => {
  it.each([['anthropic'], ['openai'], ['zai']] as const)('of %s goes into its header and nowhere else', async (id) => {
    server.say({ text: 'x' });
    const answer = await models.ask(call(provider(id)), { signal });
    const { headers, body, path } = server.calls.at(-1) ?? { headers: {}, body: {}, path: '' };
    const { authorization, ...others } = headers as Record<string, string>;
    expect(authorization).toBe(`Bearer ${secret}`);
    expect(JSON.stringify([others, body, path, answer])).not.toContain(secret);
  });

  it('is read anew for each call, from a file that only its owner can read', async () => {
    const path = join(folder, 'key');
    const one = provider('zai', { key: { kind: 'file', path } });
    writeFileSync(path, 'first-key\n', { mode: 0o600 });
    server.say({ text: 'x' }, { text: 'x' });
    await models.ask(call(one), { signal });
    expect(server.calls.at(-1)?.headers['authorization']).toBe('Bearer first-key');
    writeFileSync(path, 'second-key\n');
    await models.ask(call(one), { signal });
    expect(server.calls.at(-1)?.headers['authorization']).toBe('Bearer second-key');
    chmodSync(path, 0o644);
    const fault = await faultOf(models.ask(call(one), { signal }));
    expect(fault.code).toBe('MODEL_KEY_MISSING');
    expect(fault.message).toContain(`chmod 600 ${path}`);
    expect(JSON.stringify(fault.toRecord())).not.toContain('second-key');
  });

  it('that cannot be one is not sent, and not told', async () => {
    env['BROKEN'] = 'two words\r\nx-evil: 1';
    const one = provider('zai', { key: { kind: 'environment', name: 'BROKEN' } });
    const fault = await faultOf(models.ask(call(one), { signal }));
    expect(fault.code).toBe('MODEL_KEY_MISSING');
    expect(JSON.stringify(fault.toRecord())).not.toContain('x-evil');
  });

  it('is in no fault, though the provider repeats it', async () => {
    for (const id of ['anthropic', 'openai', 'zai'] as const) {
      server.say({
        status: 401,
        body: { error: { message: `Incorrect key ${secret}. See sk-live-0123456789abcdef` } },
      });
      const fault = await faultOf(models.ask(call(provider(id)), { signal }));
      const text = JSON.stringify([fault.toRecord(), fault.stack, String(fault.cause)]);
      expect(text).not.toContain(secret);
      expect(text).not.toContain('sk-live-0123456789abcdef');
      expect(text).toContain('[redacted]');
    }
  });

  it('does not go where a provider redirects to', async () => {
    let nElsewhere = 0;
    const elsewhere = await serve((_, response) => {
      nElsewhere += 1;
      response.end();
    });
    const url = await serve((_, response) => response.writeHead(307, { location: `${elsewhere}/v1` }).end());
    const fault = await faultOf(models.ask(call(provider('openai', { url })), { signal }));
    expect(fault.data).toMatchObject({ reason: 'network' });
    expect(nElsewhere).toBe(0);
    // The control: the same address, followed.
    await fetch(url);
    expect(nElsewhere).toBe(1);
  });

  it('does not go over an open line to another machine', async () => {
    const one = provider('openai', { url: 'http://192.0.2.1/v1' });
    await expect(models.ask(call(one), { signal })).rejects.toThrow('neither https nor of this machine');
  });
});

describe('what comes back', () => {
  it('of Anthropic keeps what was thought, with its signature, and gives it back', async () => {
    const one = provider('anthropic');
    server.say({
      thinking: { text: 'First the lock.', signature: 'c2ln' },
      text: 'I look.',
      calls: [{ id: 'a1', name: 'read_file', arguments: '{"path":"x"}' }],
    });
    const answer = await models.ask(call(one), { signal });
    expect(answer.text).toBe('I look.');
    server.say({ text: 'Done.' });
    await models.ask(
      call(one, {
        messages: [
          { role: 'user', text: 'Look.' },
          { role: 'model', text: answer.text, calls: answer.calls, ...(answer.opaque && { opaque: answer.opaque }) },
          { role: 'tools', results: [{ id: 'a1', isError: false, text: 'numpy' }] },
        ],
      }),
      { signal },
    );
    const messages = server.calls.at(-1)?.body['messages'] as { content: unknown }[];
    expect(messages[1]?.content).toMatchObject([
      { type: 'thinking', thinking: 'First the lock.', signature: 'c2ln' },
      { type: 'text', text: 'I look.' },
      { type: 'tool_use', id: 'a1', input: { path: 'x' } },
    ]);
  });

  it.each([
    ['is no stream at all', '<html>It works!</html>', 'cut'],
    ['is broken JSON', 'data: {"choices":[{"delta":{"content":"a"}\n\n', 'invalid'],
    ['tells a failure after it began', 'data: {"error":{"code":"1305","message":"busy"}}\n\n', 'overload'],
    [
      'ends because the provider lost its own connection',
      'data: {"choices":[{"index":0,"delta":{"content":""},"finish_reason":"network_error"}]}\n\ndata: [DONE]\n\n',
      'network',
    ],
  ])('and %s is no answer', async (_name, raw, reason) => {
    server.say({ raw });
    const fault = await faultOf(models.ask(call(provider('zai')), { signal }));
    expect(fault.data).toMatchObject({ reason });
  });

  it('without end is stopped', async () => {
    const piece = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'x'.repeat(500_000) } }] })}\n\n`;
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const push = (): void => {
        while (!response.destroyed && response.write(piece));
        if (!response.destroyed) response.once('drain', push);
      };
      push();
    });
    const fault = await faultOf(models.ask(call(provider('zai', { url })), { signal }));
    expect(fault.data).toMatchObject({ reason: 'invalid', streamed: true });
    expect(fault.message).toContain('longer than 8000000 characters');
  });

  it('as an error without end is stopped too', async () => {
    const url = await serve((_, response) => {
      response.writeHead(500);
      const push = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        if (!response.destroyed) response.once('drain', push);
      };
      push();
    });
    const answered = await guardedFetch({ errorBytes: 200_000 })(url);
    await expect(answered.text()).rejects.toThrow('larger than 200000 bytes');
    const fault = await faultOf(models.ask(call(provider('openai', { url })), { signal }));
    expect(fault.data).toMatchObject({ reason: 'overload', status: 500 });
    expect(fault.message.length).toBeLessThan(700);
  });

  it('from a server that is not there is a failure of the network', async () => {
    const url = await serve(() => {});
    const gone = `${url.slice(0, url.lastIndexOf(':'))}:1`;
    const fault = await faultOf(models.ask(call(provider('zai', { url: `${gone}/v1` })), { signal }));
    expect(fault.data).toMatchObject({ reason: 'network', status: null, streamed: false });
  });
});
