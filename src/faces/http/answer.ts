import type { App } from '../../app/app.ts';
import { healthzView, metricsText } from '../../app/views/served-view.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers one request to the supervisor: `GET /healthz` and `GET /metrics`. Never throws for what was asked; reads only. */
export async function answerHttp(
  app: App,
  { method, path }: { readonly method: string; readonly path: string },
): Promise<HttpAnswer> {
  const page = pages.get(path);
  if (page === undefined) return json(404, { error: { message: 'There are /healthz and /metrics.' } });
  if (method !== 'GET' && method !== 'HEAD') {
    const refused = json(405, { error: { message: 'Only GET: nothing is changed through this socket.' } });
    return { ...refused, headers: { ...refused.headers, allow: 'GET, HEAD' } };
  }
  return page(app);
}

async function healthz(app: App): Promise<HttpAnswer> {
  const found = await healthzView(app);
  return json(found.status === 'ending' ? 503 : 200, found);
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

const json = (status: number, value: object): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: `${JSON.stringify(value)}\n`,
});
