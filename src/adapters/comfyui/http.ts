import { Fault } from '../../base/fault.ts';
import type { Json, JsonObject } from '../../base/json.ts';

export interface Answer {
  readonly status: number;
  readonly bytes: Buffer;
  /** It came from the route without `/api`. */
  readonly isBare?: true;
}

export interface Call {
  readonly body?: JsonObject;
  /** In place of a body: a file with what belongs to it. */
  readonly form?: FormData;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

const defaultTimeoutMs = 15_000;
/** `/object_info` of an installation with hundreds of packs has tens of megabytes. */
const defaultMaxBytes = 64 * 1024 * 1024;
const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Returns the address of a route. A server that is not on this machine is a bug of the caller. */
export function routeOf(baseUrl: string, path: string): URL {
  const url = new URL(path, baseUrl);
  if (url.protocol !== 'http:' || !loopback.has(url.hostname)) throw new Error(`not a loopback address: ${baseUrl}`);
  return url;
}

/**
 * Calls a route: POST when there is a body or a form. A redirection is not followed. Every route but those of jobs is there without
 * `/api` too, and on old servers only so: where the first is not, the second is asked.
 * Faults: `INSTANCE_UNHEALTHY` when there is no whole answer in time.
 */
export async function call(baseUrl: string, path: string, options: Call = {}): Promise<Answer> {
  const answer = await ask(baseUrl, path, options);
  const isAbsent = answer.status === 404 || answer.status === 405;
  if (!isAbsent || !path.startsWith('/api/') || /^\/api\/jobs\b/.test(path)) return answer;
  const bare = await ask(baseUrl, path.slice('/api'.length), options);
  return bare.status === 404 || bare.status === 405 ? answer : { ...bare, isBare: true };
}

async function ask(baseUrl: string, path: string, { body, form, timeoutMs, maxBytes }: Call): Promise<Answer> {
  const url = routeOf(baseUrl, path);
  try {
    const response = await fetch(url, {
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs ?? defaultTimeoutMs),
      ...(form === undefined ? {} : { method: 'POST', body: form }),
      ...(body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return { status: response.status, bytes: await readLimited(response, maxBytes ?? defaultMaxBytes) };
  } catch (error) {
    throw new Fault(
      'INSTANCE_UNHEALTHY',
      `The service at ${url.origin} does not answer ${url.pathname}: ${reasonOf(error)}.`,
      { cause: error },
    );
  }
}

/** Calls a route that must answer 200 with JSON. */
export async function callJson(baseUrl: string, path: string, options: Call = {}): Promise<Json> {
  const answer = await call(baseUrl, path, options);
  const json = answer.status === 200 ? parseJson(answer.bytes) : undefined;
  if (json !== undefined) return json;
  const what = answer.status === 200 ? 'something that is not JSON' : String(answer.status);
  throw new Fault('INSTANCE_UNHEALTHY', `The service at ${baseUrl} answers ${what} to ${path.replace(/\?.*$/, '')}.`);
}

/** Returns the value, or undefined when the bytes are not JSON. */
export function parseJson(bytes: Buffer | string): Json | undefined {
  try {
    return JSON.parse(bytes.toString()) as Json;
  } catch {
    return undefined;
  }
}

/** Returns the value as an object; an empty one when it is something else. */
export function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** Returns the value as a list; an empty one when it is something else. */
export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** Returns the value as text; `''` when it is something else. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

async function readLimited(response: Response, maxBytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'it took too long';
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  if (cause?.code === 'ECONNREFUSED') return 'nothing listens on the port';
  return cause?.message || cause?.code || error.message;
}
