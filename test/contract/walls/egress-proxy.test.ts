import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openEgressProxy, type EgressProxy } from '../../../src/adapters/walls/egress-proxy.ts';
import type { EgressDecision } from '../../../src/ports/walls.ts';
import { clientHello } from '../../support/client-hello.ts';
import { tempFolder } from '../support/temp-folder.ts';

const dir = tempFolder();
const publicIp = '93.184.216.34';
let n = 0;
let proxy: EgressProxy;
let path: string;
let upstream: Server;
let received: string;
let dialled: string[];
let decisions: EgressDecision[];
let addresses: Record<string, readonly (readonly string[])[]>;

beforeEach(async () => {
  [received, dialled, decisions] = ['', [], []];
  addresses = { 'api.example.com': [[publicIp]], 'inner.example.com': [['127.0.0.1']] };
  upstream = createServer((client) => {
    client.on('data', (chunk) => {
      received += chunk.toString('latin1');
      client.write('answer');
    });
    client.on('error', () => {});
  });
  await once(upstream.listen(0, '127.0.0.1'), 'listening');
  path = join(dir, `${(n += 1)}.sock`);
  proxy = await openEgressProxy({
    path,
    rules: { hosts: Object.keys(addresses).concat('gone.example.com'), loopback: [portOf(upstream)] },
    onDecision: (decision) => void decisions.push(decision),
    resolve: async (host) => {
      const answers = addresses[host] ?? [];
      const [answer = []] = answers;
      addresses[host] = answers.slice(1);
      return answer;
    },
    // Where a name of the list is said to be, the server of this test is.
    connect: (address, port) => {
      dialled.push(`${address}:${port}`);
      return connect(portOf(upstream), '127.0.0.1');
    },
  });
});

afterEach(async () => {
  await proxy.close();
  upstream.close();
});

const portOf = (server: Server): number => (server.address() as { port: number }).port;

/** Says the request, waits for the answer's first line, says more, and returns all that came back. */
async function ask(request: string, then: Uint8Array | undefined): Promise<string> {
  const client: Socket = connect(path);
  client.on('error', () => {});
  let answer = '';
  client.on('data', (chunk) => {
    answer += chunk.toString('latin1');
    if (answer.endsWith('answer')) client.end();
  });
  client.write(request);
  await once(client, 'data');
  if (then !== undefined) client.write(then);
  if (!client.closed) await once(client, 'close');
  return answer;
}

const hello = clientHello({ name: 'api.example.com' });
const to = (target: string): string => `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`;

describe('A64: the way out', () => {
  it('lets TLS through to a host of the list, at the address that was looked up', async () => {
    expect(await ask(to('api.example.com:443'), hello)).toMatch(/^HTTP\/1\.1 200 .*answer$/s);
    expect(dialled).toEqual([`${publicIp}:443`]);
    expect(received).toBe(hello.toString('latin1'));
    expect(decisions).toEqual([{ host: 'api.example.com', allowed: true, why: `on the list, at ${publicIp}` }]);
  });

  it('lets a port of loopback through that a person named, and no other', async () => {
    expect(await ask(to(`localhost:${portOf(upstream)}`), Buffer.from('hi'))).toMatch(/answer$/);
    expect(await ask(to('localhost:1'), undefined)).toMatch(/^HTTP\/1\.1 403 /);
    expect(dialled).toEqual([`127.0.0.1:${portOf(upstream)}`]);
  });

  it.each([
    ['an address', to(`${publicIp}:443`)],
    ['another port', to('api.example.com:22')],
    ['a name before an @', to('a@api.example.com:443')],
    ['a trailing dot', to('api.example.com.:443')],
    ['another host', to('evil.example.com:443')],
    ['a name of the list that stands for this machine', to('inner.example.com:443')],
    ['a name that stands for nothing', to('gone.example.com:443')],
    ['a request without CONNECT', 'GET http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\n\r\n'],
    ['a head without an end', `CONNECT api.example.com:443 HTTP/1.1\r\n${'x'.repeat(20_000)}`],
  ])('refuses %s, and connects to nothing', async (_name, request) => {
    expect(await ask(request, undefined)).toMatch(/^HTTP\/1\.1 403 /);
    expect(dialled).toEqual([]);
    expect(decisions.map(({ allowed }) => allowed)).toEqual([false]);
  });

  it.each([
    ['another name in TLS than in CONNECT', clientHello({ name: 'evil.com' })],
    ['a name that is hidden', clientHello({ name: 'api.example.com', isHidden: true })],
    ['no name', clientHello({})],
    ['no TLS', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ])('ends a connection with %s before anything is sent on', async (_name, first) => {
    await ask(to('api.example.com:443'), first);
    expect(dialled).toEqual([]);
    expect(decisions.at(-1)).toMatchObject({ host: 'api.example.com', allowed: false });
  });

  it('looks a name up once: it cannot come to mean this machine later', async () => {
    addresses['api.example.com'] = [[publicIp], ['127.0.0.1']];
    await ask(to('api.example.com:443'), hello);
    await ask(to('api.example.com:443'), hello);
    expect(dialled).toEqual([`${publicIp}:443`, `${publicIp}:443`]);
  });

  it('refuses a name of which one address is not public', async () => {
    addresses['api.example.com'] = [[publicIp, '10.0.0.1']];
    expect(await ask(to('api.example.com:443'), hello)).toMatch(/^HTTP\/1\.1 403 /);
    expect(dialled).toEqual([]);
  });
});
