import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { createSystemClock } from '../../src/adapters/clock/system-clock.ts';
import { createServiceClient } from '../../src/adapters/comfyui/service-client.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { demoPython } from '../demo/support/python-env.ts';
import { startSimulator, type Simulator } from '../demo/support/simulator.ts';
import { tempFolder } from './support/temp-folder.ts';
import { startTinyComfy, type Route } from './support/tiny-comfy.ts';

const client = createServiceClient({ clock: createSystemClock() });
const card = JSON.parse(
  readFileSync(new URL('../../demo/comfyui/smoke/padded-card.json', import.meta.url), 'utf8'),
) as JsonObject;
const never = new AbortController().signal;

describe.each([
  ['a simulator without jobs', []],
  ['a simulator with jobs', ['--simulated-jobs']],
])('what runs on %s', (_, args) => {
  const folder = tempFolder();
  let simulator: Simulator;
  let baseUrl = '';
  beforeAll(async () => {
    const python = await demoPython();
    simulator = await startSimulator({ python, base: join(folder, 'base'), args: ['--fault', 'slow=2', ...args] });
    baseUrl = `http://127.0.0.1:${simulator.port}`;
  });
  /** Somebody else's prompt, as it is posted by hand. */
  const post = async (id: string, clientId: string): Promise<void> => {
    const prompt = { ...card, '4': { class_type: 'SaveImage', inputs: { filename_prefix: id, images: ['3', 0] } } };
    await simulator.post('/prompt', { prompt, prompt_id: id, client_id: clientId });
  };
  const isBusyWith = async (n: number): Promise<boolean> => {
    const { active, pending } = await client.queue(baseUrl);
    return active.length + pending.length === n;
  };

  it('is taken back when the signal aborts, and what waits behind it runs to its end', async () => {
    const stop = new AbortController();
    const running = client.runWorkflow(baseUrl, card, { timeoutMs: 60_000, nonce: 'stop', signal: stop.signal });
    const ended = running.catch((error: unknown) => (error as Error).message);
    await expect.poll(() => isBusyWith(1), { timeout: 10_000 }).toBe(true);
    await post('other', 'somebody');
    stop.abort(new Error('enough'));
    expect(await ended).toBe('enough');
    expect((await client.queue(baseUrl)).active.map((one) => one['prompt_id'])).toEqual(['other']);
    await expect.poll(() => client.history(baseUrl, 'other'), { timeout: 30_000 }).toEqual({ kind: 'finished' });
  }, 60_000);

  it('is taken back while it waits, and what runs before it is left alone', async () => {
    await post('before', 'somebody');
    const outcome = await client.runWorkflow(baseUrl, card, { timeoutMs: 300, nonce: 'late', signal: never });
    expect(outcome).toMatchObject({
      kind: 'failed',
      fault: { code: 'WORKFLOW_TIMEOUT', nodes: [] },
      reason: 'The workflow did not finish in 0.3 s',
    });
    const { active, pending } = await client.queue(baseUrl);
    expect([active.map((one) => one['prompt_id']), pending]).toEqual([['before'], []]);
    await expect.poll(() => client.history(baseUrl, 'before'), { timeout: 30_000 }).toEqual({ kind: 'finished' });
  }, 60_000);

  it('is taken back by the next call of its nonce when its own was killed, and one of another nonce is not', async () => {
    await post('left', 'again.0');
    await post('not-ours', 'again-1.0');
    const outcome = await client.runWorkflow(baseUrl, card, { timeoutMs: 60_000, nonce: 'again', signal: never });
    expect(outcome).toMatchObject({ kind: 'ran' });
    expect(await client.history(baseUrl, 'left')).toEqual({ kind: 'interrupted' });
    expect(await client.history(baseUrl, 'not-ours')).toEqual({ kind: 'finished' });
  }, 60_000);
});

describe('an old server, that has no route below /api and stops whatever runs', () => {
  const queueOf = (running: () => string): Record<string, Route> => ({
    'GET /queue': () => ({ queue_running: [[1, running()]], queue_pending: [] }),
    'POST /interrupt': () => ({}),
  });

  it('is not told to stop while another prompt runs', async () => {
    const tiny = await startTinyComfy(queueOf(() => 'theirs'));
    await client.interrupt(tiny.baseUrl, 'mine');
    expect(tiny.requests.map(({ line }) => line)).not.toContain('POST /interrupt');
  });

  it('is told to stop while this very prompt runs', async () => {
    const tiny = await startTinyComfy(queueOf(() => 'mine'));
    await client.interrupt(tiny.baseUrl, 'mine');
    expect(tiny.requests).toContainEqual({ line: 'POST /interrupt', body: { prompt_id: 'mine' } });
  });

  it('is read as one with them is', async () => {
    const stats = { system: { comfyui_version: '0.0.1' }, devices: [] };
    const tiny = await startTinyComfy({ 'GET /system_stats': () => stats });
    expect(await client.facts(tiny.baseUrl)).toMatchObject({ comfyuiVersion: '0.0.1' });
  });
});

it.each([
  ['by one call where the server has jobs', 200, []],
  ['by its queue where it has not', 404, ['POST /api/queue', 'POST /api/interrupt']],
])('a prompt is taken back %s', async (_, status, byQueue) => {
  let id = '';
  /** It waits, runs, and is gone, as it is asked about. */
  const places = ['pending', 'running', 'gone'];
  let isPosted = false;
  const tiny = await startTinyComfy(
    {
      'POST /api/prompt'({ prompt_id: promptId }) {
        id = String(promptId);
        return { prompt_id: id, number: 1, node_errors: {} };
      },
      'POST /api/jobs/*/cancel'() {
        isPosted = true;
        return status === 200 ? {} : status;
      },
      'GET /api/history/*': () => ({}),
      'GET /api/queue'() {
        const place = isPosted ? places[0] : 'running';
        if (status === 200 && isPosted) places.shift();
        return {
          queue_running: place === 'running' ? [[1, id]] : [],
          queue_pending: place === 'pending' ? [[1, id]] : [],
        };
      },
      'POST /api/queue'() {
        places.shift();
        return {};
      },
      'POST /api/interrupt'() {
        places.shift();
        return {};
      },
    },
    { webSocket: false },
  );
  await client.runWorkflow(tiny.baseUrl, {}, { timeoutMs: 300, nonce: 'n', signal: never });
  const posts = tiny.requests.map(({ line }) => line).filter((line) => line.startsWith('POST'));
  expect(posts).toEqual(['POST /api/prompt', `POST /api/jobs/${id}/cancel`, ...byQueue]);
});
