import { describe, expect, it } from 'vitest';

import type { App } from '../../../../src/app/app.ts';
import { answerHttp as answer } from '../../../../src/faces/http/answer.ts';
import type { HttpAnswer, HttpRequest } from '../../../../src/faces/http/exchange.ts';
import { createFakeMetrics } from '../../../fakes/fake-metrics.ts';
import { fakeApp } from '../../../support/fake-app.ts';
import { installedScene } from '../../../support/journal-scene.ts';

/** What these pages answer is one text. */
async function answerHttp(app: App, request: HttpRequest): Promise<HttpAnswer & { body: string }> {
  const { body, ...rest } = await answer({ app, open: () => Promise.reject(new Error('not below /v1')) }, request);
  if (typeof body !== 'string') throw new Error('it goes on');
  return { ...rest, body };
}
const asked = (method: string, path: string) => ({
  method,
  path,
  query: new URLSearchParams(),
  body: '',
  signal: new AbortController().signal,
});
const get = (path: string) => asked('GET', path);

function place() {
  const scene = installedScene();
  scene.add('supervisor.started', { pid: 1, version: '0.1.0', stays: true });
  const metrics = createFakeMetrics();
  const config = { monitoring: { intervalMs: 60_000 } };
  return { scene, metrics, app: fakeApp(scene, { installation: { metrics, config } }) };
}

describe('the supervisor’s socket', () => {
  it('says whether it is well, is frozen, or ends', async () => {
    const { app, scene } = place();
    const { status, body } = await answerHttp(app, get('/healthz'));
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({ status: 'ok', pid: 1, version: '0.1.0', row: scene.entries.length });
    const by = { kind: 'person', name: 'anna' } as const;
    scene.add('freeze.set', { isFrozen: true, reason: null, production: null, by }, { keys: ['freeze'] });
    expect(JSON.parse((await answerHttp(app, get('/healthz'))).body)).toMatchObject({ status: 'frozen' });
    const ending = await answerHttp({ ...app, signal: AbortSignal.abort() }, get('/healthz'));
    expect(ending.status).toBe(503);
    expect(JSON.parse(ending.body)).toMatchObject({ status: 'ending' });
  });

  it('tells the newest values as Prometheus reads them, and no old ones', async () => {
    const { app, scene, metrics } = place();
    const nowMs = scene.nowMs();
    await metrics.append([
      { series: 'disk.free.home', atMs: nowMs - 60_000, value: 5 },
      { series: 'disk.free.home', atMs: nowMs - 1_000, value: 4 },
      { series: 'service.latency.8188', atMs: nowMs - 1_000, value: 12 },
      { series: 'memory.free', atMs: nowMs - 3_600_000, value: 9 },
    ]);
    const { headers, body } = await answerHttp(app, get('/metrics'));
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(body).toMatchInlineSnapshot(`
      "# TYPE orchestrate_disk_free_home gauge
      orchestrate_disk_free_home 4
      # TYPE orchestrate_journal_rows gauge
      orchestrate_journal_rows 9
      # TYPE orchestrate_service_latency gauge
      orchestrate_service_latency{of="8188"} 12
      # TYPE orchestrate_supervisor_frozen gauge
      orchestrate_supervisor_frozen 0
      # TYPE orchestrate_supervisor_uptime_seconds gauge
      orchestrate_supervisor_uptime_seconds 0
      "
    `);
  });

  it('changes nothing and has no other page', async () => {
    const { app } = place();
    const refused = await answerHttp(app, asked('POST', '/healthz'));
    expect([refused.status, refused.headers['allow']]).toEqual([405, 'GET, HEAD']);
    const paths = ['/', '/../healthz', 'constructor', '/__proto__', '/healthz/'];
    const statuses = await Promise.all(paths.map(async (path) => (await answerHttp(app, get(path))).status));
    expect(statuses).toEqual(paths.map(() => 404));
  });
});
