import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';

import { Fault, faultRecord } from '../../base/fault.ts';

export interface SocketRequest {
  readonly method: string;
  /** Without what is asked behind a question mark. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export interface SocketAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parts as they come; they are not asked for faster than they are taken. */
  readonly body: string | AsyncIterable<string>;
}

export type Answerer = (request: SocketRequest) => Promise<SocketAnswer>;

/** Requests at once: a scraper, a person, and what programs ask. */
const maxConnections = 32;
/** Answers that go on and on, at once: they leave room for the others. */
const maxStreams = 16;
/** The largest input is a workflow's graph. */
const maxBodyBytes = 1024 * 1024;
const maxHeaderSize = 8_192;
/** A request has to be there whole within this time. */
const requestMs = 5_000;
/** The first look at all operations reads many files. */
const readMs = 30_000;
/** Work is waited for a little longer than the supervisor takes at most to answer. */
const workMs = 11 * 60_000;
/** A reader that takes nothing for so long is let go. */
const stalledMs = 30_000;

/** A server with the limits that hold for socket and TCP alike. */
export function limitedServer(listener: RequestListener): Server {
  const server = createServer(
    {
      maxHeaderSize,
      requestTimeout: requestMs,
      headersTimeout: requestMs,
      keepAliveTimeout: 1_000,
      connectionsCheckingInterval: 1_000,
    },
    listener,
  );
  server.maxConnections = maxConnections;
  // A half-open connection that says nothing at all.
  server.setTimeout(2 * requestMs);
  return server;
}

/** Returns who answers requests, as many streams at once as there may be. */
export function responder(answer: Answerer): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const streams = { n: 0 };
  return (request, response) => respond(request, response, { answer, streams });
}

/** Ends every connection, then the server. */
export async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => void server.close(resolve));
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { answer, streams }: { answer: Answerer; streams: { n: number } },
): Promise<void> {
  const gone = new AbortController();
  request.on('error', () => response.destroy());
  response.on('error', () => response.destroy());
  response.on('close', () => gone.abort());
  const { method = 'GET', url = '/' } = request;
  try {
    const body = await readBody(request);
    if (body === undefined) return refuse(response, 413, tooLarge());
    // What is worked on says nothing meanwhile, and has a limit of its own.
    request.socket.setTimeout(0);
    const [path = '/', ...rest] = url.split('?');
    const query = new URLSearchParams(rest.join('?'));
    const asked = { method, path, query, headers: headersOf(request), body, signal: gone.signal };
    const told = await inTime(answer(asked), method === 'POST' ? workMs : readMs);
    if (typeof told.body === 'string') {
      response.writeHead(told.status, { ...told.headers, 'cache-control': 'no-store' });
      response.end(method === 'HEAD' ? '' : told.body);
    } else if (streams.n >= maxStreams) refuse(response, 503, tooMany());
    else {
      streams.n += 1;
      await stream(response, { ...told, body: told.body }, gone.signal).finally(() => (streams.n -= 1));
    }
  } catch (error) {
    gone.abort();
    if (response.headersSent) return void response.destroy();
    refuse(response, 503, error);
  }
}

const tooLarge = (): Fault =>
  new Fault('USAGE_BAD_ARGUMENT', `The body is larger than ${maxBodyBytes} bytes.`, {
    hints: ['GET /v1/<operation>   (what it takes)'],
    state: 'Nothing was done.',
  });

const tooMany = (): Fault =>
  new Fault('SOCKET_UNAVAILABLE', `${maxStreams} others follow already.`, {
    hints: ['GET /v1/events   (when one of them has gone)'],
    state: 'Nothing was done.',
  });

const late = (limitMs: number): Fault =>
  new Fault('INTERRUPTED', `There was no answer within ${limitMs / 1_000} seconds.`, {
    hints: ['POST /v1/runs-list   (whether a run was begun)'],
    state: 'What was asked for may have begun.',
  });

/** The error as the body `{ error }`, without a stack. */
export function refuse(response: ServerResponse, status: number, error: unknown): void {
  const { data, ...record } = faultRecord(error);
  const { stack: _, ...rest } = data ?? {};
  const told = { ...record, ...(Object.keys(rest).length === 0 ? {} : { data: rest }) };
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', connection: 'close' });
  response.end(`${JSON.stringify({ error: told })}\n`);
}

const headersOf = ({ headers }: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );

/** Undefined when it is too large: the rest of it is read past, as far as the time for a request goes. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  let chunks: Buffer[] = [];
  let nBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    nBytes += chunk.length;
    if (nBytes <= maxBodyBytes) chunks.push(chunk);
    else chunks = [];
  }
  return nBytes > maxBodyBytes ? undefined : Buffer.concat(chunks).toString('utf8');
}

async function inTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  const end = Promise.withResolvers<never>();
  const timer = setTimeout(() => end.reject(late(limitMs)), limitMs);
  return Promise.race([work, end.promise]).finally(() => clearTimeout(timer));
}

async function stream(
  response: ServerResponse,
  { status, headers, body }: SocketAnswer & { body: AsyncIterable<string> },
  gone: AbortSignal,
): Promise<void> {
  response.writeHead(status, { ...headers, 'cache-control': 'no-store' });
  // Who follows sees that it began, also while there is nothing to tell.
  response.flushHeaders();
  for await (const part of body) {
    if (gone.aborted) return;
    if (!response.write(part))
      await once(response, 'drain', { signal: AbortSignal.any([gone, AbortSignal.timeout(stalledMs)]) });
  }
  response.end();
}
