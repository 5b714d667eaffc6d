import { request, type RequestOptions } from 'node:http';
import { connect } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type HttpListener, openHttpListener } from '../../src/adapters/network/http-listener.ts';
import { parseListen } from '../../src/domain/daemon/listen-address.ts';

const token = 'a'.repeat(64);
const secret = 'what only the owner may read';
let nAnswered = 0;
let listener: HttpListener;

beforeAll(async () => {
  const address = parseListen('127.0.0.1:0', { otherMachines: false, hostName: null });
  listener = await openHttpListener({ ...address, token }, async () => {
    nAnswered += 1;
    return { status: 200, headers: { 'content-type': 'text/html' }, body: secret };
  });
});
afterAll(() => listener.close());

const port = (): number => Number(listener.at.split(':')[1]);
const own = { authorization: `Bearer ${token}` };
const json = { 'content-type': 'application/json' };

interface Answered {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

const ask = (
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: RequestOptions['headers']; body?: string } = {},
): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: port(), path, method, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers }));
    });
    sent.on('error', reject);
    sent.end(body);
  });

/** How many requests came through to whoever answers them. */
async function answeredBy(act: () => Promise<unknown>): Promise<number> {
  const before = nAnswered;
  await act();
  return nAnswered - before;
}

describe('HTTP by TCP', () => {
  it('A49: answers nobody without the token, by no method and at no address', async () => {
    const wrong = [
      {},
      { authorization: `Bearer ${'b'.repeat(64)}` },
      { authorization: `Basic ${token}` },
      { authorization: token },
    ];
    const n = await answeredBy(async () => {
      for (const headers of wrong)
        for (const path of ['/v1', '/v1/runs-list', '/v1/events', '/metrics', '/mcp', '/none'])
          for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
            const { status, text } = await ask(path, { method, headers: { ...json, ...headers } });
            expect([status, text.includes(secret), text.includes(token)]).toEqual([401, false, false]);
          }
    });
    expect(n).toBe(0);
    expect(await ask('/v1', { headers: own })).toMatchObject({ status: 200, text: secret });
  });

  it('A50: answers only to its own names', async () => {
    for (const host of [
      'evil.com',
      `evil.com:${port()}`,
      '127.0.0.1',
      `127.0.0.1:${port() + 1}`,
      `127.0.0.1.evil.com:${port()}`,
    ])
      expect(await ask('/v1', { headers: { ...own, host } })).toMatchObject({ status: 403 });
    for (const host of [`127.0.0.1:${port()}`, `localhost:${port()}`, `LOCALHOST:${port()}`])
      expect(await ask('/v1', { headers: { ...own, host } })).toMatchObject({ status: 200 });
  });

  it('A51: answers no page of another origin, and lets none read an answer', async () => {
    for (const origin of ['http://evil.com', 'null', `https://127.0.0.1:${port()}`, 'http://127.0.0.1'])
      expect(await ask('/v1', { headers: { ...own, origin } })).toMatchObject({ status: 403 });
    for (const site of ['cross-site', 'same-site', 'x'])
      expect(await ask('/v1', { headers: { ...own, 'sec-fetch-site': site } })).toMatchObject({ status: 403 });
    const fine = await ask('/v1', {
      headers: { ...own, origin: `http://127.0.0.1:${port()}`, 'sec-fetch-site': 'same-origin' },
    });
    expect(fine.status).toBe(200);
    expect(Object.keys(fine.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it('A52: takes from nobody what a form can send', async () => {
    const types = [
      {},
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/x-www-form-urlencoded' },
      { 'content-type': 'multipart/form-data' },
    ];
    const n = await answeredBy(async () => {
      for (const type of types)
        expect(
          await ask('/v1/runs-cancel', { method: 'POST', headers: { ...own, ...type }, body: '{"run":"r1"}' }),
        ).toMatchObject({ status: 415 });
    });
    expect(n).toBe(0);
    const typed = { ...own, 'content-type': 'application/json; charset=utf-8' };
    expect(await ask('/v1/runs-cancel', { method: 'POST', headers: typed, body: '{}' })).toMatchObject({ status: 200 });
  });

  it('A53: opens no WebSocket, from wherever', async () => {
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      'sec-websocket-version': '13',
    };
    expect(await ask('/v1/events', { headers: { ...upgrade, ...own, origin: 'http://evil.com' } })).toMatchObject({
      status: 403,
    });
    expect(await ask('/v1/events', { headers: { ...upgrade } })).toMatchObject({ status: 401 });
    expect(await ask('/v1/events', { headers: { ...upgrade, ...own } })).toMatchObject({ status: 400 });
  });

  it('A54: takes the token from its header and from nowhere else', async () => {
    for (const path of [`/v1?token=${token}`, `/v1?access_token=${token}`, `/${token}`])
      expect(await ask(path)).toMatchObject({ status: 401 });
    const elsewhere = { referer: `http://127.0.0.1/?token=${token}`, cookie: `token=${token}`, 'x-token': token };
    const refused = await ask('/v1', { headers: elsewhere });
    expect([refused.status, refused.text.includes(token)]).toEqual([401, false]);
    expect((await ask('/v1', { headers: own })).headers['referrer-policy']).toBe('no-referrer');
  });

  it('A55: is reached at its own address only', async () => {
    const reached = (host: string): Promise<boolean> =>
      new Promise((resolve) => {
        const socket = connect({ host, port: port() });
        socket.once('connect', () => (socket.destroy(), resolve(true))).once('error', () => resolve(false));
      });
    expect(await reached('127.0.0.1')).toBe(true);
    // All of 127.0.0.0/8 is this machine: only what listens everywhere answers at another of its addresses.
    expect(await reached('127.0.0.2')).toBe(false);
  });

  it('A40: a page of it loads nothing, runs nothing and is framed by nobody', async () => {
    const { headers } = await ask('/v1', { headers: own });
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('refuses what names two hosts or two tokens, and who asks too fast', async () => {
    const raw = (text: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect({ host: '127.0.0.1', port: port() }, () => socket.write(text));
        let got = '';
        socket
          .on('data', (part) => (got += String(part)))
          .on('close', () => resolve(got))
          .on('error', () => resolve(got));
      });
    const end = 'Connection: close\r\n\r\n';
    const host = `Host: 127.0.0.1:${port()}\r\n`;
    expect(await raw(`GET /v1 HTTP/1.1\r\n${host}${host}Authorization: Bearer ${token}\r\n${end}`)).toMatch(
      /^HTTP\/1.1 40[03]/,
    );
    expect(await raw(`GET http://evil.com/v1 HTTP/1.1\r\n${host}Authorization: Bearer ${token}\r\n${end}`)).toMatch(
      /^HTTP\/1.1 403/,
    );
    expect(await raw(`GET /v1 HTTP/1.1\r\n${host}Authorization: Bearer ${token}\r\n${end}`)).toMatch(/^HTTP\/1.1 200/);
    const statuses: number[] = [];
    for (let n = 0; n < 400 && !statuses.includes(429); n += 1)
      statuses.push((await ask('/v1', { headers: own })).status);
    expect(statuses).toContain(429);
  });

  it('says that the port is taken', async () => {
    const address = parseListen(listener.at, { otherMachines: false, hostName: null });
    await expect(
      openHttpListener({ ...address, token }, async () => Promise.reject(new Error('no'))),
    ).rejects.toMatchObject({
      code: 'PORT_TAKEN',
    });
  });
});
