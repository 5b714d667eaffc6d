import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { demoPython } from './support/python-env.ts';
import { type Frame, type Json, type Simulator, startSimulator, watchPrompt } from './support/simulator.ts';

const TRACES = process.env['COMFYUI_TRACES'];

interface Recorded {
  readonly graph: Record<string, { class_type: string }>;
  readonly status: number;
  readonly body: string;
  readonly frames: readonly Frame[];
  readonly history: Record<string, unknown> | null;
}

/** Compares with what a real server was recorded to say; runs only where the recordings are. */
describe.runIf(TRACES)('the recordings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'demo-traces-'));
  const trace = TRACES ? JSON.parse(readFileSync(join(TRACES, 'trace-v0.3.64.json'), 'utf8')) : {};
  const known = new Set(['EmptyImage', 'SaveImage', 'ImageScaleBy', 'NoSuchNode']);
  const replayable = Object.keys(trace).filter((name) => {
    const graph = (trace[name] as Partial<Recorded>).graph;
    return graph && Object.values(graph).every((node) => known.has(node.class_type));
  });
  const recordedJson = (path: string) => JSON.parse(trace[`GET ${path}`].body);
  let simulator: Simulator;

  beforeAll(async () => {
    const python = await demoPython();
    simulator = await startSimulator({ python, base: join(folder, 'base') });
  });
  afterAll(async () => {
    await simulator.stop();
    rmSync(folder, { recursive: true });
  });

  test('has prompts to replay', () => {
    expect(replayable).toEqual(['empty_image', 'bad_class', 'cycle', 'no_outputs']);
  });

  test.each(replayable)('%s is answered as recorded, frame by frame', async (name) => {
    const recorded = trace[name] as Recorded;
    const watched = await watchPrompt(simulator, recorded.graph);
    expect(watched.status).toBe(recorded.status);
    expect(neutral(watched.body)).toEqual(neutral(JSON.parse(recorded.body)));
    expect(neutral(watched.frames)).toEqual(neutral(recorded.frames));
    const history = await simulator.getJson(`/history/${watched.body.prompt_id ?? 'none'}`);
    expect(neutral(Object.values(history))).toEqual(neutral(Object.values(recorded.history ?? {})));
  });

  test('a failing node sends the frames and keys of the recorded failure', async () => {
    const recorded = trace.garbage_ckpt as Recorded;
    const watched = await watchPrompt(simulator, {
      4: { class_type: 'EmptyImage', inputs: { width: 8, height: 8, batch_size: 1, color: 0 } },
      5: { class_type: 'SaveImage', inputs: { filename_prefix: '../../outside', images: ['4', 0] } },
    });
    const keyed = (frames: readonly Frame[]) => frames.map(({ type, data }) => [type, Object.keys(data).sort()]);
    const failure = (frames: readonly Frame[]) =>
      keyed(frames).slice(frames.findIndex(({ type }) => type === 'execution_error'));
    expect(failure(watched.frames)).toEqual(failure(recorded.frames));
  });

  test('asking gives the recorded shapes', async () => {
    expect(await simulator.getJson('/features')).toEqual(recordedJson('/features'));
    expect(await simulator.getJson('/queue')).toEqual(recordedJson('/queue'));
    expect(await simulator.getJson('/prompt')).toEqual(recordedJson('/prompt'));
    expect(await simulator.getJson('/models')).toEqual(recordedJson('/models'));
    const stats = await simulator.getJson('/system_stats');
    expect(Object.keys(stats.system)).toEqual(Object.keys(recordedJson('/system_stats').system));
    expect(Object.keys(stats.devices[0])).toEqual(Object.keys(recordedJson('/system_stats').devices[0]));
    const tails = (paths: Record<string, string[]>) =>
      Object.fromEntries(
        Object.entries(paths).map(([kind, list]) => [kind, list.map((path) => path.split('/').slice(-2).join('/'))]),
      );
    const [ours, theirs] = [await simulator.getJson('/internal/folder_paths'), recordedJson('/internal/folder_paths')];
    expect({ ...tails(ours), custom_nodes: [] }).toEqual({ ...tails(theirs), custom_nodes: [] });
  });

  test('every class has the inputs, limits and outputs of its namesake', async () => {
    const theirs = recordedJson('/object_info');
    const ours = await simulator.getJson('/object_info');
    const names = Object.keys(ours);
    expect(names.map((name) => described(ours[name]))).toEqual(names.map((name) => described(theirs[name])));
  });
});

/** Replaces what differs from run to run: ids, times, numbers in the queue. */
function neutral(value: unknown, key = ''): unknown {
  if (key === 'timestamp' || key === 'number') return 0;
  if (Array.isArray(value))
    return value.map((item, at) => (at === 0 && typeof item === 'number' && key === 'prompt' ? 0 : neutral(item)));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, neutral(item, name)]));
  }
  return typeof value === 'string' ? value.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID') : value;
}

/** What a client relies on: without prose, and without names of files that happen to be there. */
function described(info: Json): unknown {
  return JSON.parse(JSON.stringify(info), (key, value) => {
    if (key === 'tooltip' || key === 'description' || key === 'output_tooltips') return undefined;
    if ((key === 'image' || key === 'ckpt_name') && Array.isArray(value) && Array.isArray(value[0])) {
      return [[], value[1] && Object.keys(value[1]).length > 0 ? value[1] : undefined].filter(Boolean);
    }
    if (Array.isArray(value))
      return value.filter(
        (item) => !(item && typeof item === 'object' && !Array.isArray(item) && Object.keys(item).length === 0),
      );
    return value;
  });
}
