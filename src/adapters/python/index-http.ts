import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';

import { Fault } from '../../base/fault.ts';
import type { NetworkSettings } from './parts.ts';

export interface IndexAnswer {
  readonly status: number;
  /** The address that answered, after redirections, without a password. */
  readonly url: URL;
  readonly contentType: string;
  readonly text: string;
}

/** One page, redirections included. */
const timeoutMs = 30_000;
/** The page of a package with every nightly build of years is about 20 MB. */
const maxBytes = 64 * 1024 * 1024;
const maxRedirections = 5;
const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Gets a page of a package index: over https, or http on this machine, through the person's proxy and with the person's
 * certificate authority. Fault: `INDEX_UNREACHABLE` when no whole answer comes in time.
 */
export async function getPage(
  network: NetworkSettings,
  options: { url: URL; accept: string; signal?: AbortSignal },
): Promise<IndexAnswer> {
  const limit = AbortSignal.timeout(timeoutMs);
  const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
  const password = authorization(options.url);
  let url = withoutPassword(options.url);
  try {
    const ca = await authorities(network);
    for (let at = 0; at <= maxRedirections; at += 1) {
      requireSafe(url, options.url);
      const headers = {
        accept: options.accept,
        'accept-encoding': 'identity',
        ...(password !== undefined && url.origin === options.url.origin ? { authorization: password } : {}),
      };
      const response = await send(network, url, { headers, signal, ...(ca === undefined ? {} : { ca }) });
      const status = response.statusCode ?? 0;
      const to = response.headers.location;
      if (status >= 300 && status < 400 && to !== undefined && URL.canParse(to, url.href)) {
        response.destroy();
        url = withoutPassword(new URL(to, url));
        continue;
      }
      return { status, url, contentType: response.headers['content-type'] ?? '', text: await readLimited(response) };
    }
    throw new Error(`it leads on more than ${maxRedirections} times`);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof Fault) throw error;
    throw unreachable(withoutPassword(options.url), reasonOf(error), error);
  }
}

/** Asks how large a file is, the same way; undefined when nobody says. */
export async function getSize(
  network: NetworkSettings,
  options: { url: URL; signal: AbortSignal },
): Promise<number | undefined> {
  const { url, signal } = options;
  try {
    requireSafe(url, url);
    const ca = await authorities(network);
    const call = {
      method: 'HEAD',
      headers: { 'accept-encoding': 'identity' },
      signal,
      ...(ca === undefined ? {} : { ca }),
    };
    const response = await send(network, withoutPassword(url), call);
    response.resume();
    const length = Number(response.headers['content-length'] ?? Number.NaN);
    return response.statusCode === 200 && Number.isSafeInteger(length) && length > 0 ? length : undefined;
  } catch {
    return undefined;
  }
}

/** The fault of an index that gives no answer, or none that can be read. */
export function unreachable(url: URL, reason: string, cause?: unknown): Fault {
  return new Fault('INDEX_UNREACHABLE', `The package index ${url.href} cannot be reached: ${reason}.`, {
    data: { index: url.href },
    ...(cause === undefined ? {} : { cause }),
  });
}

function requireSafe(url: URL, asked: URL): void {
  if (url.protocol === 'https:') return;
  if (url.protocol === 'http:' && loopback.has(url.hostname)) return;
  const where = url.origin === asked.origin ? 'it is' : 'it leads to an address that is';
  throw unreachable(withoutPassword(asked), `${where} not https, and not on this machine`);
}

type Call = { method?: string; headers: Record<string, string>; signal: AbortSignal; ca?: string };

async function send(network: NetworkSettings, url: URL, call: Call): Promise<IncomingMessage> {
  if (url.protocol === 'http:') return answerOf(httpRequest(url, call), call.signal);
  const isLocal = loopback.has(url.hostname);
  if (network.proxy === undefined || isLocal) return answerOf(httpsRequest(url, call), call.signal);
  const socket = await tunnel(network.proxy, url, call);
  return answerOf(httpsRequest(url, { ...call, agent: false, createConnection: () => socket }), call.signal);
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-connect */
async function tunnel(proxyAddress: string, url: URL, { signal, ca }: Call): Promise<TLSSocket> {
  const proxy = new URL(proxyAddress);
  const target = `${url.hostname}:${url.port === '' ? '443' : url.port}`;
  const password = authorization(proxy);
  const options: RequestOptions = {
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port === '' ? (proxy.protocol === 'https:' ? 443 : 80) : Number(proxy.port),
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...(password === undefined ? {} : { 'proxy-authorization': password }) },
    signal,
    agent: false,
  };
  const asked = proxy.protocol === 'https:' ? httpsRequest(options) : httpRequest(options);
  return new Promise((resolve, reject) => {
    asked.once('error', () => reject(new Error('the proxy did not answer')));
    asked.once('response', ({ statusCode }) => reject(new Error(`the proxy answered ${statusCode}`)));
    asked.once('connect', ({ statusCode }, socket) => {
      if (statusCode !== 200) {
        socket.destroy();
        reject(new Error(`the proxy answered ${statusCode}`));
        return;
      }
      resolve(connect({ socket, servername: url.hostname, ...(ca === undefined ? {} : { ca }) }));
    });
    asked.end();
  });
}

function answerOf(asked: ReturnType<typeof httpRequest>, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.once('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
    asked.once('response', resolve);
    asked.end();
  });
}

async function readLimited(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBytes) throw new Error(`its page is longer than ${maxBytes / 1024 / 1024} MiB`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

async function authorities({ certificateFile }: NetworkSettings): Promise<string | undefined> {
  if (certificateFile === undefined) return undefined;
  try {
    return await readFile(certificateFile, 'utf8');
  } catch (cause) {
    throw new Error(`the certificate file ${certificateFile} cannot be read`, { cause });
  }
}

function authorization({ username, password }: URL): string | undefined {
  if (username === '') return undefined;
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

function withoutPassword(url: URL): URL {
  const copy = new URL(url);
  copy.username = '';
  copy.password = '';
  return copy;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'it did not answer in time';
  switch ((error as NodeJS.ErrnoException).code) {
    case undefined:
      return error.message;
    case 'ECONNREFUSED':
      return 'nothing answers at that address';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its name is not known to the network';
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
      return 'there is no network';
    case 'ETIMEDOUT':
      return 'it did not answer in time';
    default:
      return /certificate|self.signed|issuer/i.test(error.message)
        ? 'its certificate is not trusted'
        : 'the connection failed';
  }
}
