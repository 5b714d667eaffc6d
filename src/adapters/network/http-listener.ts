import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Fault } from '../../base/fault.ts';
import { findRefusal, type RequestHead } from '../../domain/daemon/door-rules.ts';
import type { ListenAddress } from '../../domain/daemon/listen-address.ts';
import { createPace } from '../../domain/daemon/pace.ts';
import { type Answerer, closeServer, limitedServer, refuse, responder } from './http-respond.ts';

export interface HttpListener {
  /** Where it listens: `127.0.0.1:7070`. */
  readonly at: string;
  close(): Promise<void>;
}

/** Who is quicker is broken. Only who has the token counts: a page that sends without it takes nothing from who has one. */
const pace = { perSecond: 50, burst: 200 };

/**
 * What every answer says to a browser: a page may load nothing from anywhere, run nothing, be framed by nobody, and tell nobody where it
 * was. No header lets another origin read an answer.
 */
const safeHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * Listens for HTTP by TCP, and answers who comes by the rules of `findRefusal` before a byte of a body is read. Faults: `PORT_TAKEN`,
 * `SOCKET_UNAVAILABLE`.
 */
export async function openHttpListener(
  { address, port, names, token }: ListenAddress & { readonly token: string },
  answer: Answerer,
): Promise<HttpListener> {
  const respond = responder(answer);
  const isInPace = createPace(pace);
  const isToken = sameAs(token);
  let hosts: readonly string[] = [];
  const server = limitedServer((request, response) => {
    for (const [name, value] of Object.entries(safeHeaders)) response.setHeader(name, value);
    const refused = findRefusal(headOf(request), { hosts, isToken });
    if (refused !== undefined) return refuse(response, refused.status, refused.fault);
    if (!isInPace(performance.now())) return refuse(response, 429, tooFast());
    void respond(request, response);
  });
  await listen(server, address, port);
  const bound = (server.address() as AddressInfo).port;
  hosts = names.map((name) => `${name}:${bound}`);
  return { at: `${address.includes(':') ? `[${address}]` : address}:${bound}`, close: () => closeServer(server) };
}

/** Compares digests: their length tells nothing, and all of them is compared. */
function sameAs(token: string): (given: string) => boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const right = digest(token);
  return (given) => timingSafeEqual(digest(given), right);
}

function headOf({ method = 'GET', url = '/', rawHeaders }: IncomingMessage): RequestHead {
  const headers = new Map<string, string[]>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    headers.set(name, [...(headers.get(name) ?? []), rawHeaders[index + 1] ?? '']);
  }
  return { method, target: url, headers };
}

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(unavailable(error, `${host}:${port}`)));
    server.listen({ host, port, exclusive: true, ipv6Only: true }, resolve);
  });

function unavailable({ code, message }: NodeJS.ErrnoException, at: string): Fault {
  const nothing = { state: 'Nothing listens.' };
  if (code === 'EADDRINUSE')
    return new Fault('PORT_TAKEN', `${at} is held by another program.`, {
      ...nothing,
      hints: ['orchestrate serve --listen 127.0.0.1:0   (any port that is free)'],
    });
  return new Fault('SOCKET_UNAVAILABLE', `Nobody can listen at ${at}: ${message}.`, nothing);
}

const tooFast = (): Fault =>
  new Fault('SUPERVISOR_BUSY', `More than ${pace.perSecond} requests a second.`, {
    state: 'Nothing was done.',
    hints: ['Ask again in a second.'],
  });
