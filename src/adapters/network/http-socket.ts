import { chmodSync } from 'node:fs';
import type { Server } from 'node:http';

import { type Answerer, closeServer, limitedServer, responder } from './http-respond.ts';
import { makePlace, unavailable } from './socket-place.ts';

/**
 * Listens for HTTP on a unix socket that only this user reaches: mode 0600 in a folder of mode 0700 that is theirs. A socket that a dead
 * process left is replaced: the caller is the one supervisor. Faults: `SOCKET_UNAVAILABLE`.
 */
export async function openHttpSocket(path: string, answer: Answerer): Promise<{ close(): Promise<void> }> {
  makePlace(path);
  const respond = responder(answer);
  const server = limitedServer((request, response) => void respond(request, response));
  await listen(server, path);
  return { close: () => closeServer(server) };
}

const listen = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => reject(unavailable(error.message)));
    server.listen({ path }, () => {
      chmodSync(path, 0o600);
      resolve();
    });
  });
