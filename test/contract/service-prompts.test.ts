import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { createSystemClock } from '../../src/adapters/clock/system-clock.ts';
import { decodePng } from '../../src/adapters/comfyui/png.ts';
import { createServiceClient } from '../../src/adapters/comfyui/service-client.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { WorkflowProgress } from '../../src/ports/service-client.ts';
import { demoPython } from '../demo/support/python-env.ts';
import { startSimulator, type Simulator } from '../demo/support/simulator.ts';
import { encodePng } from './support/png-encoder.ts';
import { tempFolder } from './support/temp-folder.ts';
import { startTinyComfy, type Route } from './support/tiny-comfy.ts';

const clock = createSystemClock();
const card = JSON.parse(
  readFileSync(new URL('../../demo/comfyui/smoke/padded-card.json', import.meta.url), 'utf8'),
) as JsonObject;
const never = new AbortController().signal;

describe.each([
  ['a server without jobs', [], 'history'],
  ['a server with jobs', ['--simulated-jobs'], 'jobs'],
] as const)('the prompts of %s', (_, args, by) => {
  const client = createServiceClient({ clock });
  const folder = tempFolder();
  let simulator: Simulator;
  let baseUrl = '';
  beforeAll(async () => {
    const python = await demoPython();
    simulator = await startSimulator({ python, base: join(folder, 'base'), args });
    baseUrl = `http://127.0.0.1:${simulator.port}`;
  });
  const post = async (id: string, prefix: string): Promise<void> => {
    const prompt = { ...card, '4': { class_type: 'SaveImage', inputs: { filename_prefix: prefix, images: ['3', 0] } } };
    await simulator.post('/prompt', { prompt, prompt_id: id });
  };

  it('are found out to be told so', async () => {
    expect(await client.abilities(baseUrl)).toEqual({
      prefix: '/api',
      jobs: by === 'jobs',
      previewMetadata: true,
      maxUploadBytes: 104_857_600,
    });
  });

  it('are told once they ended, the newest first, with what they made and why they failed', async () => {
    await post('good', 'sub/card');
    await post('bad', '../outside');
    await expect.poll(() => client.history(baseUrl, 'bad'), { timeout: 20_000 }).toMatchObject({ kind: 'failed' });
    expect(await client.history(baseUrl, 'good')).toEqual({ kind: 'finished' });
    const ended = await client.ended(baseUrl, { limit: 5 });
    expect(ended).toMatchObject({
      by,
      prompts: [
        { promptId: 'bad', state: 'failed', nOutputs: 0, picture: null },
        { promptId: 'good', state: 'finished', nOutputs: 1, picture: 'sub/card_00001_.png', reason: null },
      ],
    });
    expect(ended.prompts[0]?.reason).toMatch(/^SaveImage \(node 4\) failed: Exception: \*\*\*\* ERROR: Saving image/);
    expect(ended.prompts[1]?.durationMs).toBeGreaterThanOrEqual(0);
    expect((await client.ended(baseUrl, { limit: 1 })).prompts).toHaveLength(1);
  }, 30_000);

  it('run to their end where no socket is there, and tell what they made', async () => {
    const outcome = await client.runWorkflow(baseUrl, card, { timeoutMs: 20_000, nonce: `n-${by}`, signal: never });
    expect(outcome).toMatchObject({ kind: 'ran', pictures: [{ filename: `smoke-n-${by}_00001_.png` }] });
    expect(await client.cancel(baseUrl, 'nobody')).toBe('absent');
  }, 30_000);
});

describe('a workflow that begins with a picture', () => {
  const client = createServiceClient({ clock });
  const folder = tempFolder();
  let simulator: Simulator;
  let baseUrl = '';
  beforeAll(async () => {
    const python = await demoPython();
    const args = ['--preview-method', 'auto', '--fault', 'slow=0.5'];
    simulator = await startSimulator({ python, base: join(folder, 'base'), args });
    baseUrl = `http://127.0.0.1:${simulator.port}`;
  });
  const pixels = (grey: number): Buffer =>
    encodePng({
      ...{ widthPx: 2, heightPx: 2, nChannels: 4, filters: [0, 0] },
      pixels: Buffer.from([0, 1, 2, 3].flatMap((at) => [grey, at, grey, at === 0 ? 0 : 255])),
    });
  const graph = (image: string): JsonObject => ({
    '1': { class_type: 'LoadImage', inputs: { image } },
    '2': { class_type: 'SaveImage', inputs: { filename_prefix: 'copy', images: ['1', 0] } },
  });
  const run = (image: string, nonce: string) =>
    client.runWorkflow(baseUrl, graph(image), { timeoutMs: 20_000, nonce, signal: never });

  it('is refused without it, and runs with it, whatever lay there under its name', async () => {
    expect(await run('sub/photo.png', 'a')).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('Invalid image file: sub/photo.png') as string,
    });
    for (const [grey, nonce] of [
      [9, 'b'],
      [200, 'c'],
    ] as const) {
      const picture = { kind: 'image', name: 'sub/photo.png', bytes: pixels(grey) } as const;
      expect(await client.upload(baseUrl, picture)).toBeNull();
      expect(await run('sub/photo.png', nonce)).toMatchObject({ kind: 'ran', pictures: [{ widthPx: 2 }] });
      expect(readFileSync(join(folder, 'base/input/sub/photo.png'))).toEqual(pixels(grey));
    }
  }, 60_000);

  it('takes a mask as its transparency', async () => {
    await client.upload(baseUrl, { kind: 'image', name: 'm.png', bytes: pixels(9) });
    const mask = encodePng({
      ...{ widthPx: 2, heightPx: 2, nChannels: 4, filters: [0, 0], pixels: Buffer.alloc(16, 128) },
    });
    expect(await client.upload(baseUrl, { kind: 'mask', name: 'm.png', bytes: mask })).toBeNull();
    const got = decodePng(readFileSync(join(folder, 'base/input/m.png')));
    expect([...got.bytes].filter((_, at) => at % 4 === 3)).toEqual([128, 128, 128, 128]);
    expect([...got.bytes].filter((_, at) => at % 4 === 1)).toEqual([0, 1, 2, 3]);
  });

  it('is not put where no input is', async () => {
    const bytes = pixels(9);
    expect(await client.upload(baseUrl, { kind: 'image', name: '../out.png', bytes })).toBe('it answers 400');
    expect(existsSync(join(folder, 'base/out.png'))).toBe(false);
  });

  it('tells how far it is, and counts its previews', async () => {
    const told: WorkflowProgress[] = [];
    const onProgress = (progress: WorkflowProgress): void => void told.push(progress);
    const outcome = await client.runWorkflow(baseUrl, graph('m.png'), {
      ...{ timeoutMs: 20_000, nonce: 'p', signal: never, onProgress },
    });
    expect(outcome.kind).toBe('ran');
    const percents = told.map(({ percent }) => percent);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(new Set(percents).size).toBeGreaterThan(10);
    expect(told.at(-1)).toMatchObject({ percent: 100, nNodes: 2, nPreviews: 20 });
    expect(told.some(({ nodeClass, steps }) => nodeClass === 'LoadImage' && steps?.max === 10)).toBe(true);
  }, 30_000);
});

describe('a workflow that sends its pictures in place of saving them', () => {
  const client = createServiceClient({ clock });
  const graph = {
    '1': { class_type: 'KSampler', inputs: {} },
    '2': { class_type: 'SaveImageWebsocket', inputs: { images: ['1', 0] } },
  };
  const png = (grey: number): Buffer =>
    encodePng({
      ...{ widthPx: 2, heightPx: 1, nChannels: 1, filters: [0] },
      pixels: Buffer.from([7, grey]),
    });
  const frame = (bytes: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from([0, 0, 0, 1, 0, 0, 0, 2]), bytes]);
    const head = Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
    head.writeBigUInt64BE(BigInt(body.length), 2);
    return Buffer.concat([head, body]);
  };
  const run = async (last: Buffer) => {
    const tiny = await startTinyComfy({
      'POST /api/prompt'({ prompt_id: id }, self) {
        self.tell('executing', { node: '1', prompt_id: id });
        self.sendRaw(frame(png(1)));
        self.tell('executing', { node: '2', prompt_id: id });
        self.sendRaw(frame(png(9)));
        self.sendRaw(frame(last));
        self.tell('executing', { node: null, prompt_id: id });
        return { prompt_id: id as string, number: 1, node_errors: {} };
      },
      'GET /api/history/*': () => ({}),
      'GET /api/queue': () => ({ queue_running: [], queue_pending: [] }),
    });
    return client.runWorkflow(tiny.baseUrl, graph, { timeoutMs: 10_000, nonce: 'n', signal: never });
  };

  it('has them looked at, and previews of other nodes are none of them', async () => {
    expect(await run(png(7))).toMatchObject({
      kind: 'ran',
      pictures: [
        { filename: 'sent-1.png', place: null, widthPx: 2, isFlat: false },
        { filename: 'sent-2.png', place: null, widthPx: 2, isFlat: true },
      ],
    });
  });

  it('has a picture above 16 MiB looked at like every other', async () => {
    const large = Buffer.concat([png(7), Buffer.alloc(17 * 1024 * 1024)]);
    expect(await run(large)).toMatchObject({
      kind: 'ran',
      pictures: [{ filename: 'sent-1.png' }, { filename: 'sent-2.png' }],
    });
  });

  it('fails when one of them is none', async () => {
    expect(await run(Buffer.from('no picture'))).toMatchObject({
      kind: 'failed',
      fault: { code: 'WORKFLOW_PICTURE_UNREADABLE' },
      reason: expect.stringContaining('sent-2.png cannot be decoded') as string,
    });
  });
});

describe('a server that was another one before', () => {
  const idle: Route = () => ({ queue_running: [], queue_pending: [] });
  const entry: Route = () => ({ p: { outputs: {}, status: { status_str: 'success', messages: [] } } });

  it('is asked by its history when its jobs are gone', async () => {
    const client = createServiceClient({ clock });
    let hasJobs = true;
    const tiny = await startTinyComfy({
      'GET /api/jobs': () => (hasJobs ? { jobs: [] } : 404),
      'GET /api/jobs/*': () => (hasJobs ? { status: 404, error: 'Job not found' } : 404),
      'GET /api/history/*': entry,
      'GET /api/queue': idle,
    });
    expect(await client.history(tiny.baseUrl, 'p')).toEqual({ kind: 'unknown' });
    hasJobs = false;
    expect(await client.history(tiny.baseUrl, 'p')).toEqual({ kind: 'finished' });
    expect((await client.abilities(tiny.baseUrl))?.jobs).toBe(false);
  });

  it('that calls an interrupted job failed is asked by its history, too', async () => {
    const client = createServiceClient({ clock });
    const messages = [['execution_interrupted', { prompt_id: 'p' }]];
    const tiny = await startTinyComfy({
      'GET /api/jobs': () => ({ jobs: [{ id: 'p', status: 'failed', outputs_count: 0 }] }),
      'GET /api/jobs/*': () => Buffer.from('{"id": "p", "status": "failed"}'),
      'GET /api/history/*': () => ({ p: { outputs: {}, status: { status_str: 'error', messages } } }),
    });
    expect(await client.history(tiny.baseUrl, 'p')).toEqual({ kind: 'interrupted' });
    expect((await client.ended(tiny.baseUrl, { limit: 3 })).prompts).toMatchObject([{ state: 'interrupted' }]);
  });

  it('that is asked for cancelled jobs and does not know the word is asked again without it', async () => {
    const client = createServiceClient({ clock });
    let nAsked = 0;
    const tiny = await startTinyComfy({
      'GET /api/jobs'() {
        nAsked += 1;
        return nAsked === 2 ? { status: 400, error: 'Invalid status value(s): cancelled' } : { jobs: [] };
      },
    });
    expect(await client.ended(tiny.baseUrl, { limit: 3 })).toEqual({ by: 'jobs', prompts: [] });
    expect(nAsked).toBe(3);
  });
});
