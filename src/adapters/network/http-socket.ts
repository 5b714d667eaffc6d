import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { dirname } from 'node:path';

import { Fault, faultRecord } from '../../base/fault.ts';
import { maxSocketBytes } from '../../domain/daemon/socket-path.ts';

export interface SocketAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Requests at once; a scraper and a person need two. */
const maxConnections = 16;
/** Nothing that is asked here has a body: more than a stray one ends the connection. */
const maxBodyBytes = 4_096;
const maxHeaderSize = 8_192;
/** A request has to be there whole, and its answer, within this time. */
const requestMs = 5_000;

/**
 * Listens for HTTP on a unix socket that only this user reaches: mode 0600 in a folder of mode 0700 that is theirs. A socket that a dead
 * process left is replaced: the caller is the one supervisor. Faults: `SOCKET_UNAVAILABLE`.
 */
export async function openHttpSocket(
  path: string,
  answer: (request: { method: string; path: string }) => Promise<SocketAnswer>,
): Promise<{ close(): Promise<void> }> {
  const { createServer } = await import('node:http');
  makePlace(path);
  const server = createServer(
    {
      maxHeaderSize,
      requestTimeout: requestMs,
      headersTimeout: requestMs,
      keepAliveTimeout: 1_000,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => void respond(request, response, answer),
  );
  server.maxConnections = maxConnections;
  // A half-open connection that says nothing at all.
  server.setTimeout(2 * requestMs);
  await listen(server, path);
  return {
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

function makePlace(path: string): void {
  if (Buffer.byteLength(path) > maxSocketBytes)
    throw unavailable(`its path is longer than ${maxSocketBytes} bytes: ${path}`);
  const dir = dirname(path);
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const found = lstatSync(dir);
    if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0)
      throw unavailable(`${dir} is not a folder that only you can enter`);
    const before = lstatSync(path, { throwIfNoEntry: false });
    if (before !== undefined && !before.isSocket()) throw unavailable(`${path} is something else`);
    rmSync(path, { force: true });
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw unavailable(faultRecord(error).message);
  }
}

const listen = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => reject(unavailable(error.message)));
    server.listen({ path }, () => {
      chmodSync(path, 0o600);
      resolve();
    });
  });

const unavailable = (why: string): Fault =>
  new Fault('SOCKET_UNAVAILABLE', `There is no socket of \`serve\`: ${why}.`, {
    state: 'Everything else goes on.',
  });

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (request: { method: string; path: string }) => Promise<SocketAnswer>,
): Promise<void> {
  let nBytes = 0;
  request.on('error', () => response.destroy());
  response.on('error', () => response.destroy());
  request.on('data', (chunk: Buffer) => {
    nBytes += chunk.length;
    if (nBytes > maxBodyBytes) request.destroy();
  });
  const { method = 'GET', url = '/' } = request;
  try {
    const late = AbortSignal.timeout(requestMs);
    const tooLate = new Promise<never>((_, reject) => {
      late.addEventListener('abort', () => reject(new Error('no answer in time')), { once: true });
    });
    const { status, headers, body } = await Promise.race([answer({ method, path: url.split('?')[0] ?? '/' }), tooLate]);
    response.writeHead(status, { ...headers, 'cache-control': 'no-store' }).end(method === 'HEAD' ? '' : body);
  } catch (error) {
    const { code, message } = faultRecord(error);
    response.writeHead(503, { 'content-type': 'application/json; charset=utf-8' });
    response.end(`${JSON.stringify({ error: { code, message } })}\n`);
  }
}
