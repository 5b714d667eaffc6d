import type { App } from '../../app/app.ts';
import { Fault } from '../../base/fault.ts';
import type { HttpAnswer, HttpRequest } from '../http/exchange.ts';
import { jsonAnswer, methodRefused } from '../http/json-answer.ts';
import { WebStandardStreamableHTTPServerTransport } from './mcp-sdk.apart.ts';
import { readMessage } from './read-message.ts';
import { createMcpServer, type McpFace } from './server.ts';

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  readonly stop: AbortController;
  usedMs: number;
}

export interface McpSessions {
  answer(request: HttpRequest): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** Clients at once. The one that was silent for longest makes room. */
const maxSessions = 32;

/** Answers MCP's streamable HTTP: a session per client, so that a call can be called off by another request. */
export function createMcpSessions(
  { open, version }: McpFace,
  { clock, random }: Pick<App['outside'], 'clock' | 'random'>,
): McpSessions {
  const sessions = new Map<string, Session>();
  const end = async (id: string): Promise<void> => {
    const session = sessions.get(id);
    sessions.delete(id);
    session?.stop.abort();
    await session?.transport.close();
  };
  const begin = async (): Promise<WebStandardStreamableHTTPServerTransport> => {
    const stop = new AbortController();
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => random.hex(16),
      onsessioninitialized: async (id) => {
        const oldest = [...sessions].toSorted(([, a], [, b]) => a.usedMs - b.usedMs)[0]?.[0];
        if (sessions.size >= maxSessions && oldest !== undefined) await end(oldest);
        sessions.set(id, { transport, stop, usedMs: clock.monotonicMs() });
      },
      onsessionclosed: (id) => void sessions.delete(id),
    });
    const server = createMcpServer({ open: (gone) => open(AbortSignal.any([gone, stop.signal])), version });
    await server.connect(transport);
    return transport;
  };
  return {
    async answer(request) {
      const { method, headers = {}, body } = request;
      if (method !== 'POST' && method !== 'DELETE')
        return methodRefused('POST a message, DELETE ends a session.', 'POST, DELETE');
      const session = sessions.get(headers['mcp-session-id'] ?? '');
      if (session !== undefined) session.usedMs = clock.monotonicMs();
      const read = method === 'POST' ? readMessage(body) : { kind: 'message' as const, message: undefined };
      if (read.kind === 'refused')
        return jsonAnswer(400, { jsonrpc: '2.0', id: null, error: { code: -32_700, message: read.why } });
      const transport = session?.transport ?? (isFirst(read.message) ? await begin() : undefined);
      if (transport === undefined) return noSession();
      return answered(
        await transport.handleRequest(
          requestOf(request),
          read.message === undefined ? {} : { parsedBody: read.message },
        ),
      );
    },
    async close() {
      for (const id of sessions.keys()) await end(id);
    },
  };
}

const isFirst = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && 'method' in message && message.method === 'initialize';

const noSession = (): HttpAnswer => {
  const { code, message, hints } = new Fault('USAGE_BAD_ARGUMENT', 'There is no such session.', {
    hints: ['Begin with "initialize".'],
  });
  return jsonAnswer(404, { error: { code, message, hints } });
};

const requestOf = ({ method, path, headers = {}, signal }: HttpRequest): Request =>
  new Request(`http://orchestrate${path}`, { method, headers, signal });

async function answered(response: Response): Promise<HttpAnswer> {
  const { status, body } = response;
  const headers = Object.fromEntries(response.headers);
  const isStream = headers['content-type']?.startsWith('text/event-stream') === true;
  if (body === null || !isStream) return { status, headers, body: await response.text() };
  return { status, headers, body: parts(body) };
}

async function* parts(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of body) yield decoder.decode(chunk, { stream: true });
}
