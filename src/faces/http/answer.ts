import type { App } from '../../app/app.ts';
import { healthzView, metricsText } from '../../app/views/served-view.ts';
import type { McpSessions } from '../mcp/http.ts';
import type { HttpAnswer, HttpRequest } from './exchange.ts';
import { jsonAnswer, methodRefused } from './json-answer.ts';
import { answerV1 } from './v1.ts';

export interface Served {
  /** The supervisor's own application. */
  readonly app: App;
  /** The application as a program on the socket may use it, for one request. */
  readonly open: (signal: AbortSignal) => Promise<App>;
}

export interface HttpFace {
  answer(request: HttpRequest): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** Answers what `answerHttp` does, and MCP at `/mcp`: loaded when the first one asks for it. */
export function createHttpFace({ app, open }: Served): HttpFace {
  let sessions: Promise<McpSessions> | undefined;
  const load = async (): Promise<McpSessions> => {
    const { createMcpSessions } = await import('../mcp/http.ts');
    return createMcpSessions({ open, version: app.outside.host.version }, app.outside);
  };
  return {
    answer: async (request) =>
      request.path === '/mcp' ? (await (sessions ??= load())).answer(request) : answerHttp({ app, open }, request),
    close: async () => (await sessions)?.close(),
  };
}

/** Answers one request to the supervisor: `GET /healthz`, `GET /metrics`, and what is below `/v1`. Never throws for what was asked. */
export async function answerHttp({ app, open }: Served, request: HttpRequest): Promise<HttpAnswer> {
  const { method, path } = request;
  if (path === '/v1' || path.startsWith('/v1/')) return answerV1(() => open(request.signal), request);
  const page = pages.get(path);
  if (page === undefined) return jsonAnswer(404, { error: { message: 'There are /healthz, /metrics, /v1 and /mcp.' } });
  if (method !== 'GET' && method !== 'HEAD') return methodRefused('Only GET: this page changes nothing.', 'GET, HEAD');
  return page(app);
}

async function healthz(app: App): Promise<HttpAnswer> {
  const found = await healthzView(app);
  return jsonAnswer(found.status === 'ending' ? 503 : 200, found);
}

const metrics = async (app: App): Promise<HttpAnswer> => ({
  status: 200,
  headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
  body: await metricsText(app),
});

const pages: ReadonlyMap<string, (app: App) => Promise<HttpAnswer>> = new Map([
  ['/healthz', healthz],
  ['/metrics', metrics],
]);
