import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';

import { Fault } from '../../base/fault.ts';
import type { AttemptSockets } from '../../ports/attempt-sockets.ts';
import { makePlace } from './socket-place.ts';

/** An agent and its relays; more at once is nobody who works. */
const maxConnections = 16;
/** Longest message, in bytes: what a tool is given is a file at most. */
const maxLineBytes = 1024 * 1024;

/** Opens unix sockets for attempts. */
export function createAttemptSockets(): AttemptSockets {
  return {
    async open(path, answer) {
      makePlace(path);
      const connections = new Set<Socket>();
      const server = createServer((connection) => {
        connections.add(connection);
        connection.on('close', () => connections.delete(connection));
        serve(connection, answer);
      });
      server.maxConnections = maxConnections;
      await listen(server, path);
      return {
        async close() {
          for (const connection of connections) connection.destroy();
          await new Promise((resolve) => void server.close(resolve));
          rmSync(path, { force: true });
        },
      };
    },
  };
}

type Answerer = Parameters<AttemptSockets['open']>[1];

/** One line after the other: a second one waits until the first is answered. */
function serve(connection: Socket, answer: Answerer): void {
  const gone = new AbortController();
  let before = Promise.resolve();
  let pieces: Buffer[] = [];
  let nBytes = 0;
  connection.on('close', () => gone.abort());
  // A reader that is gone is told by `close`.
  connection.on('error', () => connection.destroy());
  connection.on('data', (piece: Buffer) => {
    let rest = piece;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const line = Buffer.concat([...pieces, rest.subarray(0, end)]).toString('utf8');
      [pieces, nBytes, rest] = [[], 0, rest.subarray(end + 1)];
      before = before.then(async () => {
        const said = await answer(line, gone.signal);
        if (!gone.signal.aborted) connection.write(`${said}\n`);
      });
      before.catch(() => connection.destroy());
    }
    pieces.push(rest);
    nBytes += rest.length;
    if (nBytes > maxLineBytes) connection.destroy();
  });
}

const listen = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', ({ message }) =>
      reject(new Fault('SOCKET_UNAVAILABLE', `There is no socket for the attempt: ${message}.`)),
    );
    server.listen({ path }, () => {
      chmodSync(path, 0o600);
      resolve();
    });
  });
