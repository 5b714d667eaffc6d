import * as fs from 'node:fs';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { openHttpSocket } from '../../src/adapters/network/http-socket.ts';

let dir: string;
let path: string;
beforeEach(() => {
  dir = fs.mkdtempSync(join(tmpdir(), 'orc-s-'));
  path = join(dir, 'orchestrate', 'x.sock');
});
afterEach(() => fs.rmSync(dir, { recursive: true, force: true }));

const echo = async ({ method, path: asked }: { method: string; path: string }) => ({
  status: 200,
  headers: { 'content-type': 'text/plain' },
  body: `${method} ${asked}`,
});

function ask(asked: string, { method = 'GET', body = '' } = {}): Promise<{ status: number; body: string } | string> {
  return new Promise((resolve) => {
    const sent = request({ socketPath: path, path: asked, method, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }));
    });
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.end(body);
  });
}

describe('the socket of serve', () => {
  it('answers, is for its user only, and is gone when it is closed', async () => {
    const door = await openHttpSocket(path, echo);
    expect(await ask('/healthz?x=1')).toEqual({ status: 200, body: 'GET /healthz' });
    expect(fs.statSync(path).mode & 0o777).toBe(0o600);
    expect(fs.statSync(join(dir, 'orchestrate')).mode & 0o777).toBe(0o700);
    await door.close();
    expect(fs.existsSync(path)).toBe(false);
    expect(await ask('/healthz')).toBe('ENOENT');
  });

  it('takes the place of one that a dead process left, and of nothing else', async () => {
    fs.mkdirSync(join(dir, 'orchestrate'), { mode: 0o700 });
    const old = createServer();
    await new Promise<void>((resolve) => void old.listen(join(dir, 'old.sock'), resolve));
    fs.linkSync(join(dir, 'old.sock'), path);
    await new Promise((resolve) => void old.close(resolve));
    const door = await openHttpSocket(path, echo);
    expect(await ask('/a')).toMatchObject({ body: 'GET /a' });
    await door.close();
    fs.writeFileSync(path, 'mine');
    await expect(openHttpSocket(path, echo)).rejects.toMatchObject({ code: 'SOCKET_UNAVAILABLE' });
    expect(fs.readFileSync(path, 'utf8')).toBe('mine');
  });

  it('does not listen where others can come in, behind a link, or at a path that is too long', async () => {
    fs.mkdirSync(join(dir, 'orchestrate'), { mode: 0o755 });
    await expect(openHttpSocket(path, echo)).rejects.toMatchObject({ code: 'SOCKET_UNAVAILABLE' });
    fs.mkdirSync(join(dir, 'own'), { mode: 0o700 });
    fs.symlinkSync(join(dir, 'own'), join(dir, 'link'));
    await expect(openHttpSocket(join(dir, 'link/x.sock'), echo)).rejects.toThrow('is not a folder that only you');
    await expect(openHttpSocket(join(dir, 'own', 'x'.repeat(120)), echo)).rejects.toThrow('longer than 103 bytes');
  });

  it('ends a request with a large body or header, and goes on', async () => {
    const door = await openHttpSocket(
      path,
      (asked) => new Promise((resolve) => setTimeout(() => resolve(echo(asked)), 200)),
    );
    expect(await ask('/a', { method: 'POST', body: 'x'.repeat(2_000_000) })).toMatchObject({ status: 413 });
    expect(await ask(`/${'a'.repeat(20_000)}`)).toMatchObject({ status: 431 });
    expect(await ask('/a')).toMatchObject({ status: 200 });
    await door.close();
  });

  it('refuses with all that a fault says: kind, what to type next, and the state of the work', async () => {
    const asked = Promise.withResolvers<void>();
    const door = await openHttpSocket(path, () => {
      asked.resolve();
      return new Promise(() => {});
    });
    const bodyOf = (told: Awaited<ReturnType<typeof ask>>) =>
      typeof told === 'string' ? told : { status: told.status, ...(JSON.parse(told.body) as object) };
    expect(bodyOf(await ask('/a', { method: 'POST', body: 'x'.repeat(2_000_000) }))).toEqual({
      status: 413,
      error: {
        ...{ code: 'USAGE_BAD_ARGUMENT', kind: 'usage', message: 'The body is larger than 1048576 bytes.' },
        ...{ hints: ['GET /v1/<operation>   (what it takes)'], state: 'Nothing was done.' },
      },
    });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const late = ask('/a');
      await asked.promise;
      vi.advanceTimersByTime(30_000);
      expect(bodyOf(await late)).toMatchObject({
        status: 503,
        error: {
          ...{ code: 'INTERRUPTED', kind: 'interrupted', message: 'There was no answer within 30 seconds.' },
          ...{ hints: [expect.any(String)], state: 'What was asked for may have begun.' },
        },
      });
    } finally {
      vi.useRealTimers();
      await door.close();
    }
  });

  it('hands on what is asked behind the path, and the body', async () => {
    const seen: unknown[] = [];
    const door = await openHttpSocket(path, async ({ method, path: asked, query, body }) => {
      seen.push([method, asked, query.get('from'), body]);
      return { status: 200, headers: {}, body: '' };
    });
    await ask('/v1/x?from=3', { method: 'POST', body: '{"a":"é"}' });
    expect(seen).toEqual([['POST', '/v1/x', '3', '{"a":"é"}']]);
    await door.close();
  });

  it('streams no faster than it is read, and stops when the reader goes away', async () => {
    let nMade = 0;
    let isOver = false;
    async function* parts(): AsyncGenerator<string> {
      try {
        for (;;) {
          nMade += 1;
          yield 'x'.repeat(100_000);
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        isOver = true;
      }
    }
    const door = await openHttpSocket(path, async (asked) =>
      asked.path === '/v1/events' ? { status: 200, headers: {}, body: parts() } : echo(asked),
    );
    const reader = connect(path);
    reader.write('GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n');
    reader.pause();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const nHeld = nMade;
    expect(nHeld).toBeLessThan(50);
    expect(await ask('/healthz')).toMatchObject({ status: 200 });
    expect(isOver).toBe(false);
    reader.destroy();
    await expect.poll(() => isOver, { timeout: 5_000 }).toBe(true);
    await door.close();
  });

  it('closes with a connection open that says nothing, and answers an answerer that fails', async () => {
    const door = await openHttpSocket(path, () => Promise.reject(new Error('no')));
    expect(await ask('/a')).toMatchObject({ status: 503, body: expect.stringContaining('INTERNAL_BUG') as unknown });
    const silent = connect(path);
    await new Promise((resolve) => silent.once('connect', resolve));
    const closed = new Promise((resolve) => silent.once('close', resolve));
    silent.on('error', () => undefined);
    await door.close();
    await closed;
  });
});
