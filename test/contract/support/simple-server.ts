import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll } from 'vitest';

export interface SimpleServer {
  /** Ends with `/`. */
  readonly url: string;
  readonly requests: IncomingMessage[];
}

export interface Page {
  readonly status?: number;
  readonly type?: string;
  readonly location?: string;
  readonly body?: string;
  /** Sends the head, and then nothing more for ever. */
  readonly hangs?: boolean;
}

/** Serves pages of a package index by their path, on this machine; every other path is 404. */
export async function serveSimple(pages: Readonly<Record<string, Page>>): Promise<SimpleServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const page = pages[request.url ?? ''];
    if (page === undefined) return response.writeHead(404).end();
    response.writeHead(page.status ?? 200, {
      'content-type': page.type ?? 'text/html',
      ...(page.location === undefined ? {} : { location: page.location }),
    });
    return page.hangs === true ? response.write('<') : response.end(page.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple/`, requests };
}
