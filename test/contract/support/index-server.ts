import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { afterAll } from 'vitest';

export interface IndexServer {
  readonly url: string;
  /** Every request that came. */
  readonly requests: IncomingMessage[];
  /** When it returns a status, that is the answer; 0 lets the files answer. */
  answer: (path: string) => number;
}

/** Serves a folder that `writePackages` made as a package index, on this machine. */
export async function serveIndex(folder: string): Promise<IndexServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const status = state.answer(path);
    if (status !== 0) return response.writeHead(status, { 'www-authenticate': 'Basic realm="x"' }).end();
    try {
      const file = path.endsWith('/') ? `${path}index.html` : path;
      const body = readFileSync(join(folder, file));
      response.writeHead(200, {
        'content-type': path.endsWith('/') ? 'text/html' : 'application/octet-stream',
        'content-length': body.length,
      });
      return response.end(request.method === 'HEAD' ? undefined : body);
    } catch {
      return response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => void server.close());
  const state: IndexServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple/`,
    requests,
    answer: () => 0,
  };
  return state;
}
