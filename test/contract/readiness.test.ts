import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, onTestFinished, test } from 'vitest';

import { createReadiness } from '../../src/adapters/network/readiness.ts';

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('the status is told, whatever the body does, and no redirection is followed', async () => {
  const asked: string[] = [];
  const url = await serve((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/moved') response.writeHead(302, { location: '/other' }).end();
    // A body that never ends is not waited for.
    else response.writeHead(request.url === '/busy' ? 503 : 204).flushHeaders();
  });
  const { status } = createReadiness();
  expect(await status(`${url}/ready`, { timeoutMs: 2_000 })).toBe(204);
  expect(await status(`${url}/busy`, { timeoutMs: 2_000 })).toBe(503);
  expect(await status(`${url}/moved`, { timeoutMs: 2_000 })).toBe(302);
  expect(asked).toEqual(['/ready', '/busy', '/moved']);
});

test('silence, and nobody there, is no answer', async () => {
  const url = await serve(() => {});
  const { status } = createReadiness();
  expect(await status(url, { timeoutMs: 200 })).toBeUndefined();
  expect(await status('http://127.0.0.1:1/', { timeoutMs: 2_000 })).toBeUndefined();
});

test('another machine is never asked', () => {
  expect(() => createReadiness().status('http://example.org/', { timeoutMs: 200 })).toThrow(/not a loopback address/);
  expect(() => createReadiness().status('https://127.0.0.1/', { timeoutMs: 200 })).toThrow(/not a loopback address/);
});
