import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import transcript from '../fixtures/comfyui-transcript.json' with { type: 'json' };
import { demoPython } from './support/python-env.ts';
import {
  type Frame,
  type Json,
  type Simulator,
  type Watched,
  startSimulator,
  watchPrompt,
} from './support/simulator.ts';

const folder = mkdtempSync(join(tmpdir(), 'demo-protocol-'));
let simulator: Simulator;

beforeAll(async () => {
  const python = await demoPython();
  simulator = await startSimulator({ python, base: join(folder, 'base') });
});
afterAll(async () => {
  await simulator.stop();
  rmSync(folder, { recursive: true });
});

const PLAIN = {
  1: { class_type: 'EmptyImage', inputs: { width: 64, height: 64, batch_size: 1, color: 255 } },
  2: { class_type: 'SaveImage', inputs: { filename_prefix: 'e', images: ['1', 0] } },
};

const keys = (value: object): string[] => Object.keys(value).sort();
const types = (frames: readonly Frame[]): string[] => frames.map((frame) => frame.type);

function expectKeysOfEveryFrame(frames: readonly Frame[]): void {
  const [hello, ...rest] = frames.slice(0, -1);
  expect(keys(hello!.data)).toEqual(['sid', 'status']);
  for (const frame of rest) {
    expect([frame.type, keys(frame.data)]).toEqual([
      frame.type,
      transcript.frameKeys[frame.type as keyof typeof transcript.frameKeys],
    ]);
  }
  expect(keys(frames.at(-1)!.data)).toEqual(transcript.lastFrameKeys);
}

async function historyOf(watched: Watched): Promise<Json> {
  return (await simulator.getJson(`/api/history/${watched.body.prompt_id}`))[watched.body.prompt_id];
}

describe('a prompt that is accepted', () => {
  test('sends its frames in the recorded order, and the same again from the cache', async () => {
    const first = await watchPrompt(simulator, PLAIN);
    expect(keys(first.body)).toEqual(transcript.acceptedKeys);
    expect(types(first.frames)).toEqual(transcript.frames.finished);
    expectKeysOfEveryFrame(first.frames);
    const remaining = first.frames
      .filter(({ type }) => type === 'status')
      .map(({ data }) => data.status.exec_info.queue_remaining);
    expect(remaining).toEqual(transcript.queueRemaining);
    const progress = first.frames.filter(({ type }) => type === 'progress_state').map(({ data }) => data.nodes);
    expect(
      progress.map((nodes) =>
        Object.values<Json>(nodes)
          .map((node) => node.state)
          .join(),
      ),
    ).toEqual(['running', 'finished', 'finished,running', 'finished,finished']);
    expect(keys(progress[0]['1'])).toEqual(transcript.progressKeys);

    const again = await watchPrompt(simulator, PLAIN);
    expect(types(again.frames)).toEqual(transcript.frames.cached);
    const executed = (watched: Watched) => watched.frames.find(({ type }) => type === 'executed')!.data.output;
    expect(executed(again)).toEqual(executed(first));
    expect(again.frames.find(({ type }) => type === 'execution_cached')!.data.nodes).toEqual(['1', '2']);
  });

  test('is in the history with its outputs and messages', async () => {
    const watched = await watchPrompt(simulator, {
      ...PLAIN,
      2: { class_type: 'SaveImage', inputs: { filename_prefix: 'h', images: ['1', 0] } },
    });
    const entry = await historyOf(watched);
    expect(keys(entry)).toEqual(transcript.historyKeys);
    expect(entry.status).toMatchObject({ status_str: 'success', completed: true });
    expect(entry.status.messages.map(([type]: [string]) => type)).toEqual(transcript.historyMessages.finished);
    expect(entry.outputs).toEqual({ 2: { images: [{ filename: 'h_00001_.png', subfolder: '', type: 'output' }] } });
    expect(entry.meta).toEqual({ 2: { node_id: '2', display_node: '2', parent_node: null, real_node_id: '2' } });
    expect(entry.prompt.slice(1, 2)).toEqual([watched.body.prompt_id]);
  });

  test('that fails on the way reports the node and the reason', async () => {
    writeFileSync(join(simulator.base, 'input', 'garbage.png'), 'not a picture');
    const watched = await watchPrompt(simulator, {
      4: { class_type: 'LoadImage', inputs: { image: 'garbage.png' } },
      5: { class_type: 'SaveImage', inputs: { filename_prefix: 'x', images: ['4', 0] } },
    });
    expect(types(watched.frames)).toEqual(transcript.frames.failed);
    expectKeysOfEveryFrame(watched.frames);
    const { data } = watched.frames.find(({ type }) => type === 'execution_error')!;
    expect(data).toMatchObject({
      node_id: '4',
      node_type: 'LoadImage',
      executed: [],
      exception_type: 'ValueError',
      current_inputs: { image: ['garbage.png'] },
    });
    const entry = await historyOf(watched);
    expect(entry.status).toMatchObject({ status_str: 'error', completed: false });
    expect(entry.status.messages.map(([type]: [string]) => type)).toEqual(transcript.historyMessages.failed);
  });

  test('runs its good output when another one is bad, and says which was left out', async () => {
    const watched = await watchPrompt(simulator, {
      ...PLAIN,
      7: { class_type: 'SaveImage', inputs: { filename_prefix: 'y', images: ['404', 0] } },
    });
    expect(watched.status).toBe(200);
    expect(watched.body.node_errors['7'].errors[0]).toMatchObject({
      type: 'exception_during_validation',
      details: "'404'",
    });
  });
});

describe('a prompt that is refused', () => {
  const scale = (from: string, method = 'area') => ({
    class_type: 'ImageScaleBy',
    inputs: { image: [from, 0], upscale_method: method, scale_by: 1 },
  });
  const save = (from: string) => ({ class_type: 'SaveImage', inputs: { filename_prefix: 'c', images: [from, 0] } });
  const graphs = {
    'unknown class': { 1: { class_type: 'NoSuchNode', inputs: {} } },
    'no outputs': { 1: PLAIN[1] },
    cycle: { 1: scale('2'), 2: scale('1'), 3: save('2') },
    'value not in list': { 1: PLAIN[1], 2: scale('1', 'magic'), 3: save('2') },
  };

  test.each(Object.keys(graphs) as (keyof typeof graphs)[])('%s: is told as recorded', async (name) => {
    const expected = transcript.refusals[name];
    const watched = await watchPrompt(simulator, graphs[name]);
    expect(watched.status).toBe(expected.status);
    expect(watched.body.error).toEqual(expected.error);
    expect(keys(watched.body.node_errors)).toEqual(keys(expected.nodeErrors));
    for (const [id, wanted] of Object.entries(expected.nodeErrors)) {
      expect(watched.body.node_errors[id]).toMatchObject({
        errors: [{ type: wanted.type }],
        dependent_outputs: wanted.dependentOutputs,
      });
    }
  });

  test.each([
    ['required_input_missing', { 1: { class_type: 'SaveImage', inputs: { filename_prefix: 'a' } } }],
    ['bad_linked_input', { 1: { class_type: 'SaveImage', inputs: { filename_prefix: 'a', images: ['1'] } } }],
    ['return_type_mismatch', { 1: save('2'), 2: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'x' } } }],
    [
      'invalid_input_type',
      { 1: save('2'), 2: { class_type: 'EmptyImage', inputs: { ...PLAIN[1].inputs, width: 'wide' } } },
    ],
    [
      'value_smaller_than_min',
      { 1: save('2'), 2: { class_type: 'EmptyImage', inputs: { ...PLAIN[1].inputs, width: 0 } } },
    ],
    [
      'value_bigger_than_max',
      { 1: save('2'), 2: { class_type: 'EmptyImage', inputs: { ...PLAIN[1].inputs, color: 0x1000000 } } },
    ],
    ['custom_validation_failed', { 1: save('2'), 2: { class_type: 'LoadImage', inputs: { image: 'absent.png' } } }],
    ['exception_during_inner_validation', { 1: save('2'), 2: scale('404') }],
  ])('names the reason %s', async (type, graph) => {
    const { status, body } = await watchPrompt(simulator, graph);
    expect(status).toBe(400);
    const reasons = Object.values<Json>(body.node_errors).flatMap((node) =>
      node.errors.map((error: Json) => error.type),
    );
    expect(reasons).toEqual([type]);
  });

  test('malformed JSON and a prompt that is no object are a 500 in text', async () => {
    for (const body of ['{bad', { prompt: 5 }]) {
      const response = await simulator.post('/api/prompt', body);
      expect([response.status, response.headers.get('content-type')]).toEqual([500, 'text/plain; charset=utf-8']);
    }
  });

  test('a page of another origin gets a 403 without a body', async () => {
    const response = await simulator.post('/prompt', { prompt: PLAIN }, { origin: 'https://elsewhere.example' });
    expect([response.status, await response.text()]).toEqual([403, '']);
    expect((await simulator.post('/prompt', {}, { origin: `http://127.0.0.1:${simulator.port}` })).status).toBe(400);
  });
});

describe('asking', () => {
  test('system_stats has the recorded keys and tells the truth about itself', async () => {
    const { system, devices } = await simulator.getJson('/system_stats');
    expect(keys(system)).toEqual(transcript.systemStatsKeys.system);
    expect(keys(devices[0])).toEqual(transcript.systemStatsKeys.device);
    expect(system).toMatchObject({ comfyui_version: '0.3.64+simulator', pytorch_version: '2.11.0', os: 'posix' });
    expect(system.argv.slice(1)).toEqual([
      '--port',
      String(simulator.port),
      '--base-directory',
      simulator.base,
      '--cpu',
    ]);
  });

  test('answers the same bare and under /api', async () => {
    for (const path of [
      '/features',
      '/queue',
      '/prompt',
      '/models',
      '/embeddings',
      '/object_info',
      '/internal/folder_paths',
    ]) {
      const bare = await simulator.getJson(path);
      expect(await simulator.getJson(`/api${path}`)).toEqual(bare);
    }
    expect(await simulator.getJson('/features')).toEqual(transcript.features);
    expect(await simulator.getJson('/queue')).toEqual(transcript.emptyQueue);
  });

  test('object_info describes every class, an unknown one is empty', async () => {
    for (const info of Object.values<object>(await simulator.getJson('/object_info'))) {
      expect(keys(info)).toEqual(transcript.objectInfoKeys);
    }
    expect(await simulator.getJson('/object_info/Nope')).toEqual({});
    expect(keys(await simulator.getJson('/object_info/EmptyImage'))).toEqual(['EmptyImage']);
  });

  test('view gives the bytes of a picture and nothing outside its folder', async () => {
    const { frames } = await watchPrompt(simulator, {
      1: PLAIN[1],
      2: { class_type: 'PreviewImage', inputs: { images: ['1', 0] } },
    });
    const { filename } = frames.find(({ type }) => type === 'executed')!.data.output.images[0];
    const response = await simulator.get(`/view?filename=${filename}&type=temp`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect((await simulator.get('/view?filename=..%2Fmain.py')).status).toBe(400);
    expect((await simulator.get('/view?filename=a.png&subfolder=..%2F..')).status).toBe(403);
    expect((await simulator.get('/view?filename=absent.png')).status).toBe(404);
  });

  test('the log can be read without a file', async () => {
    const { entries } = await simulator.getJson('/internal/logs/raw');
    expect(entries.map((entry: { m: string }) => entry.m).join('')).toContain(
      'To see the GUI go to: http://127.0.0.1:',
    );
  });

  test('unknown paths and kinds of models are a 404, a wrong method a 405', async () => {
    expect((await simulator.get('/models/unet')).status).toBe(404);
    expect((await simulator.get('/nothing')).status).toBe(404);
    expect((await simulator.post('/system_stats', {})).status).toBe(405);
  });
});

describe('the queue', () => {
  const slow = (prefix: string) => {
    const graph: Record<string, unknown> = {
      0: { class_type: 'EmptyImage', inputs: { width: 128, height: 128, batch_size: 1, color: 9 } },
    };
    for (let i = 1; i <= 40; i++) {
      graph[i] = {
        class_type: 'ImageScaleBy',
        inputs: { image: [String(i - 1), 0], upscale_method: 'bicubic', scale_by: i % 2 ? 1.5 : 0.6667 },
      };
    }
    return { ...graph, 99: { class_type: 'SaveImage', inputs: { filename_prefix: prefix, images: ['40', 0] } } };
  };
  const post = async (graph: unknown, more = {}): Promise<string> => {
    const answer: Json = await (await simulator.post('/prompt', { prompt: graph, ...more })).json();
    return answer.prompt_id;
  };

  test('shows what runs and waits, in order; delete takes one out; interrupt stops between nodes', async () => {
    const running = await post(slow('r'));
    await expect.poll(async () => (await simulator.getJson('/queue')).queue_running.length).toBe(1);
    const second = await post(slow('s'));
    const third = await post(slow('t'));
    const urgent = await post(slow('u'), { front: true });
    const waiting = (await simulator.getJson('/queue')).queue_pending.map((item: unknown[]) => item[1]);
    expect(waiting).toEqual([urgent, second, third]);
    expect((await simulator.post('/queue', { delete: [second] })).status).toBe(200);
    expect((await simulator.post('/interrupt', { prompt_id: third })).status).toBe(200);
    expect((await simulator.getJson('/queue')).queue_running[0][1]).toBe(running);
    expect((await simulator.post('/queue', { clear: true })).status).toBe(200);
    expect((await simulator.post('/interrupt', '')).status).toBe(200);
    await expect
      .poll(async () => Object.keys(await simulator.getJson(`/history/${running}`)), { timeout: 5000 })
      .toEqual([running]);
    const entry = (await simulator.getJson(`/history/${running}`))[running];
    expect(entry.status).toMatchObject({ status_str: 'error', completed: false });
    expect(entry.status.messages.at(-1)[0]).toBe('execution_interrupted');
    expect(keys(entry.status.messages.at(-1)[1])).toEqual([
      'executed',
      'node_id',
      'node_type',
      'prompt_id',
      'timestamp',
    ]);
    expect(await simulator.getJson('/queue')).toEqual(transcript.emptyQueue);
    expect((await simulator.post('/free', { unload_models: true, free_memory: true })).status).toBe(200);
    expect((await simulator.post('/history', { delete: [running] })).status).toBe(200);
    expect(await simulator.getJson(`/history/${running}`)).toEqual({});
  });
});
