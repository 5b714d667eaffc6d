import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { helloName } from '../../domain/walls/client-hello.ts';
import { type EgressRules, judgeEgress } from '../../domain/walls/egress-rules.ts';
import { addressProblem } from '../../domain/walls/public-address.ts';
import type { EgressDecision } from '../../ports/walls.ts';

export interface EgressProxy {
  close(): Promise<void>;
}

/** Looks a name up, all of its addresses. */
type Resolve = (host: string) => Promise<readonly string[]>;
type Connect = (address: string, port: number) => Socket;

/** A model's program keeps a handful open. */
const maxConnections = 64;
/** A request line and a few headers. */
const maxHeadBytes = 8_192;
const headMs = 10_000;
const connectMs = 20_000;
/** What one program may send in all: a conversation is some megabytes, a disk is not. */
const maxSentBytes = 256 * 1024 * 1024;

/**
 * A proxy on a unix socket for one program in a wall: CONNECT only, to hosts of the list at port 443. A name is looked up once and pinned;
 * where any of its addresses is not public it is refused. What is said then has to be TLS that asks for that very name. Every decision is
 * told.
 */
export async function openEgressProxy(options: {
  readonly path: string;
  readonly rules: EgressRules;
  readonly onDecision: (decision: EgressDecision) => void;
  readonly resolve?: Resolve;
  readonly connect?: Connect;
}): Promise<EgressProxy> {
  const { path, rules, onDecision, resolve = resolveAll, connect: dial = connect4or6 } = options;
  const pinned = new Map<string, Promise<string>>();
  const sent = { bytes: 0 };
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    client.on('close', () => clients.delete(client));
    client.on('error', () => client.destroy());
    serve(client, { rules, onDecision, pinned, resolve, dial, sent }).catch(() => client.destroy());
  });
  server.maxConnections = maxConnections;
  await listen(server, path);
  return {
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const client of clients) client.destroy();
      await closed;
    },
  };
}

interface Serving {
  readonly rules: EgressRules;
  readonly onDecision: (decision: EgressDecision) => void;
  readonly pinned: Map<string, Promise<string>>;
  readonly resolve: Resolve;
  readonly dial: Connect;
  readonly sent: { bytes: number };
}

async function serve(client: Socket, serving: Serving): Promise<void> {
  const { rules, onDecision, dial } = serving;
  const deny = (host: string, why: string): void => {
    onDecision({ host, allowed: false, why });
    client.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
  };
  const read = await readHead(client);
  if (read === undefined) return deny('', 'no request came in time');
  const [method = '', target = ''] = read.head.split('\r\n', 1)[0]?.split(' ') ?? [];
  if (method !== 'CONNECT') return deny(target.slice(0, 200), 'only CONNECT is taken');
  const verdict = judgeEgress(target, rules);
  switch (verdict.kind) {
    case 'refused':
      return deny(verdict.host, verdict.why);
    case 'loopback': {
      onDecision({ host: `127.0.0.1:${verdict.port}`, allowed: true, why: 'the person named this port' });
      const upstream = dial('127.0.0.1', verdict.port);
      accept(client);
      return pump(client, upstream, { first: read.rest, sent: serving.sent });
    }
    case 'host': {
      const { host } = verdict;
      const address = await pin(host, serving);
      if (address.problem !== undefined) return deny(host, address.problem);
      accept(client);
      const hello = await readHello(client, read.rest);
      if (hello.name !== host) {
        onDecision({ host, allowed: false, why: hello.why });
        return void client.destroy();
      }
      onDecision({ host, allowed: true, why: `on the list, at ${address.ip}` });
      return pump(client, dial(address.ip, 443), { first: hello.bytes, sent: serving.sent });
    }
  }
}

const accept = (client: Socket): void => void client.write('HTTP/1.1 200 Connection established\r\n\r\n');

type Pinned =
  | { readonly ip: string; readonly problem?: undefined }
  | { readonly ip?: undefined; readonly problem: string };

/** The first answer stands for as long as the program lives: a name cannot be made to mean another place later. */
async function pin(host: string, { pinned, resolve }: Serving): Promise<Pinned> {
  const asked = pinned.get(host) ?? resolve(host).then((all) => all.join(' '));
  pinned.set(host, asked);
  const addresses = (await asked.catch(() => '')).split(' ').filter((one) => one !== '');
  if (addresses.length === 0) pinned.delete(host); // Not found now may be found later.
  const [ip] = addresses;
  if (ip === undefined) return { problem: 'its name cannot be looked up' };
  const problem = addresses.map((one) => addressProblem(one)).find((one) => one !== undefined);
  return problem === undefined ? { ip } : { problem: `its name stands for ${addresses.join(', ')}: ${problem}` };
}

const resolveAll: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);
/** The time is for the connection alone: a model that thinks may say nothing for minutes. */
const connect4or6: Connect = (host, port) => {
  const socket = connect({ host, port, timeout: connectMs });
  return socket.once('connect', () => socket.setTimeout(0));
};

async function readHead(client: Socket): Promise<{ readonly head: string; readonly rest: Buffer } | undefined> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of chunksOf(client, headMs)) {
    bytes = Buffer.concat([bytes, chunk]);
    const end = bytes.indexOf('\r\n\r\n');
    if (end !== -1) return { head: bytes.toString('latin1', 0, end), rest: bytes.subarray(end + 4) };
    if (bytes.length > maxHeadBytes) return undefined;
  }
  return undefined;
}

async function readHello(
  client: Socket,
  first: Buffer,
): Promise<{ readonly name: string | undefined; readonly why: string; readonly bytes: Buffer }> {
  let bytes = first;
  const judge = () => {
    const hello = helloName(bytes);
    if (hello.kind === 'none') return { name: undefined, why: hello.why, bytes };
    return hello.kind === 'name'
      ? { name: hello.name, why: `it asks for ${hello.name.slice(0, 200)}`, bytes }
      : undefined;
  };
  const known = judge();
  if (known !== undefined) return known;
  for await (const chunk of chunksOf(client, headMs)) {
    bytes = Buffer.concat([bytes, chunk]);
    const found = judge();
    if (found !== undefined) return found;
  }
  return { name: undefined, why: 'it says nothing', bytes };
}

/** Chunks as they come, until the time is over; whoever stops reading leaves the rest where it is. */
async function* chunksOf(client: Socket, ms: number): AsyncGenerator<Buffer> {
  const over = AbortSignal.timeout(ms);
  for (;;) {
    const chunk = client.read() as Buffer | null;
    if (chunk !== null) {
      yield chunk;
      continue;
    }
    if (client.readableEnded || client.destroyed) return;
    const ended = new AbortController();
    const signal = AbortSignal.any([over, ended.signal]);
    try {
      await Promise.race([once(client, 'readable', { signal }), once(client, 'close', { signal })]);
    } catch {
      return; // The time is over, or it broke.
    } finally {
      ended.abort();
    }
  }
}

function pump(
  client: Socket,
  upstream: Duplex,
  { first, sent }: { readonly first: Buffer; readonly sent: { bytes: number } },
): void {
  const end = (): void => {
    client.destroy();
    upstream.destroy();
  };
  upstream.on('error', end).on('timeout', end).on('close', end);
  client.on('close', end);
  sent.bytes += first.length;
  upstream.write(first);
  client.on('data', (chunk: Buffer) => {
    sent.bytes += chunk.length;
    if (sent.bytes > maxSentBytes) end();
  });
  client.pipe(upstream);
  upstream.pipe(client);
}

const listen = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
