import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { dirname } from 'node:path';

import { Fault, faultRecord } from '../../base/fault.ts';
import { maxSocketBytes } from '../../domain/daemon/socket-path.ts';
import { type Answerer, closeServer, limitedServer, responder } from './http-respond.ts';

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
