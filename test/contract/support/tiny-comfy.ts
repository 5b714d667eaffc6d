import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

import { afterAll } from 'vitest';

export interface TinyComfy {
  readonly baseUrl: string;
  /** Method and path of every request, with the body of a POST. */
  readonly requests: { readonly line: string; readonly body: unknown }[];
  /** Sends a text frame to every socket. */
  tell(type: string, data: object): void;
  /** Sends bytes as they are to every socket. */
  sendRaw(bytes: Buffer): void;
  /** Number of sockets that were opened so far. */
  nOpened(): number;
  /** Ends every socket without a word. */
  dropSockets(): void;
  close(): Promise<void>;
}

/** What a route answers: JSON, bytes, a status, or nothing ever. */
export type Route = (body: Record<string, unknown>, tiny: TinyComfy) => object | Buffer | number | 'never';

/** A server of a few routes and a WebSocket, for answers that the simulator never gives. */
export async function startTinyComfy(
  routes: Readonly<Record<string, Route>>,
  options: { webSocket?: boolean } = {},
): Promise<TinyComfy> {
  const sockets = new Set<Duplex>();
  let nOpened = 0;
  const server = createServer((request, response) => void answer(request, response));
  server.on('upgrade', (request, socket) => {
    if (options.webSocket === false) return socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
    const key = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`,
    );
    socket.on('error', () => {});
    sockets.add(socket);
    nOpened += 1;
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const tiny: TinyComfy = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    tell(type, data) {
      for (const socket of sockets) socket.write(frame(JSON.stringify({ type, data })));
    },
    sendRaw(bytes) {
      for (const socket of sockets) socket.write(bytes);
    },
    nOpened: () => nOpened,
    dropSockets() {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    close() {
      tiny.dropSockets();
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  afterAll(() => tiny.close());
  return tiny;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    const line = `${request.method} ${pathname}`;
    tiny.requests.push({ line, body });
    const route =
      routes[line] ?? routes[line.replace(/\/[^/]*$/, '/*')] ?? routes[line.replace(/\/[^/]+\/([^/]*)$/, '/*/$1')];
    const said = route === undefined ? 404 : route(body, tiny);
    if (said === 'never') return;
    if (typeof said === 'number')
      response.writeHead(said, said === 302 ? { location: 'http://example.invalid/' } : {}).end();
    else if (Buffer.isBuffer(said)) response.writeHead(200).end(said);
    else response.writeHead('status' in said ? Number(said.status) : 200).end(JSON.stringify(said));
  }
}

function frame(text: string): Buffer {
  const body = Buffer.from(text);
  if (body.length < 126) return Buffer.concat([Buffer.from([0x81, body.length]), body]);
  const head = Buffer.from([0x81, 126, 0, 0]);
  head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
}
