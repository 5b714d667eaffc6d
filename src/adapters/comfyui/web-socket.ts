import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';

import { clientFrame, createFrameReader } from './frames.ts';
import { routeOf } from './http.ts';

export interface Socket {
  isOpen(): boolean;
  sendText(text: string): void;
  close(): void;
}

export interface SocketLimits {
  readonly openMs: number;
  /** A ping is sent this often. */
  readonly pingMs: number;
  /** Looked at this often: a socket on which nothing came since the last look, not even the answer to a ping, is dead. */
  readonly silentMs: number;
  /** Larger messages are passed over. */
  readonly maxBytes: number;
}

const magic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/**
 * Opens the WebSocket of a server on this machine; undefined when the server does not, in time. `closed` is called once
 * for a socket that was open, whatever ended it: the server, silence, bytes that are no frames, or `close`.
 * Node's own WebSocket is not used because it holds a message of any size in memory and cannot ping.
 */
export async function openSocket(
  baseUrl: string,
  path: string,
  on: { text(text: string): void; binary(bytes: Buffer): void; closed(): void },
  limits: SocketLimits,
): Promise<Socket | undefined> {
  const opened = await upgrade(routeOf(baseUrl, path), limits.openMs);
  if (opened === undefined) return undefined;
  const { socket, head } = opened;
  const read = createFrameReader(limits.maxBytes);
  let isOpen = true;
  let hasSpoken = true;
  const send = (opcode: number, payload: Buffer): void => {
    if (isOpen) socket.write(clientFrame(opcode, payload, randomBytes(4)));
  };
  const pinging = setInterval(() => send(9, Buffer.alloc(0)), limits.pingMs);
  const watching = setInterval(() => {
    if (!hasSpoken) end();
    hasSpoken = false;
  }, limits.silentMs);
  socket.on('data', take);
  socket.on('error', end);
  socket.on('close', end);
  socket.on('end', end);
  if (head.length > 0) take(head);
  return {
    isOpen: () => isOpen,
    sendText: (text) => send(1, Buffer.from(text)),
    close() {
      send(8, Buffer.from([0x03, 0xe8]));
      end();
    },
  };

  function take(chunk: Buffer): void {
    hasSpoken = true;
    try {
      for (const frame of read(chunk)) {
        if (frame.kind === 'text') on.text(frame.text);
        if (frame.kind === 'binary') on.binary(frame.bytes);
        if (frame.kind === 'ping') send(10, frame.bytes);
        if (frame.kind === 'close') end();
      }
    } catch {
      end(); // What comes after it cannot be told apart from it.
    }
  }

  function end(): void {
    if (!isOpen) return;
    isOpen = false;
    clearInterval(pinging);
    clearInterval(watching);
    socket.removeListener('data', take);
    socket.end();
    // Who does not take the last bytes is not waited for.
    setTimeout(() => socket.destroy(), 100).unref();
    on.closed();
  }
}

async function upgrade(url: URL, openMs: number): Promise<{ socket: Duplex; head: Buffer } | undefined> {
  const key = randomBytes(16).toString('base64');
  const accepts = createHash('sha1').update(`${key}${magic}`).digest('base64');
  return new Promise((resolve) => {
    const asking = request(url, {
      agent: false,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': key,
      },
    });
    const timer = setTimeout(fail, openMs);
    asking.on('upgrade', (response, socket, head) => {
      clearTimeout(timer);
      socket.on('error', () => {});
      if (response.headers['sec-websocket-accept'] !== accepts) {
        socket.destroy();
        resolve(undefined);
      } else resolve({ socket, head });
    });
    asking.on('response', fail);
    asking.on('error', fail);
    asking.end();

    function fail(): void {
      clearTimeout(timer);
      asking.destroy();
      resolve(undefined);
    }
  });
}
