import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { createSystemClock } from '../../src/adapters/clock/system-clock.ts';
import { createServiceClient } from '../../src/adapters/comfyui/service-client.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { demoPython } from '../demo/support/python-env.ts';
import { startSimulator, type Simulator } from '../demo/support/simulator.ts';
import { faultOf } from './support/fault-of.ts';
import { encodePng } from './support/png-encoder.ts';
import { tempFolder } from './support/temp-folder.ts';
import { startTinyComfy, type Route, type TinyComfy } from './support/tiny-comfy.ts';

const client = createServiceClient({ clock: createSystemClock() });
const smoke = (name: string): JsonObject =>
  JSON.parse(readFileSync(new URL(`../../demo/comfyui/smoke/${name}.json`, import.meta.url), 'utf8')) as JsonObject;
const { signal } = new AbortController();
const options = { timeoutMs: 20_000, nonce: 'r1.smoke#1', signal };

describe('the client, with the simulator', () => {
  const folder = tempFolder();
  let simulator: Simulator;
  let baseUrl = '';
  beforeAll(async () => {
    const python = await demoPython();
    simulator = await startSimulator({ python, base: join(folder, 'base') });
    baseUrl = `http://127.0.0.1:${simulator.port}`;
  });

  it('reads what the service says about itself', async () => {
    expect(await client.facts(baseUrl)).toMatchObject({
      comfyuiVersion: expect.stringContaining('0.3.64') as string,
      pytorchVersion: '2.11.0',
      deviceType: 'cpu',
      argv: expect.arrayContaining(['--port', String(simulator.port)]) as string[],
    });
    expect(await client.nodeClasses(baseUrl)).toEqual(expect.arrayContaining(['EmptyImage', 'SaveImage']));
    const sources = await client.nodeSources(baseUrl);
    expect(sources.map(({ nodeClass }) => nodeClass)).toEqual(await client.nodeClasses(baseUrl));
    expect(sources).toContainEqual({ nodeClass: 'SaveImage', module: 'nodes' });
    expect(await client.logTail(baseUrl, 1)).toHaveLength(1);
  });

  it('runs a workflow and looks at its picture', async () => {
    const outcome = await client.runWorkflow(baseUrl, smoke('padded-card'), options);
    expect(outcome).toMatchObject({
      kind: 'ran',
      promptId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      pictures: [{ filename: 'smoke-r1-smoke-1_00001_.png', widthPx: 128, heightPx: 80, isFlat: false }],
    });
    expect(outcome.kind === 'ran' ? outcome.nFrames : 0).toBeGreaterThan(5);
  });

  it('sees that a picture is flat', async () => {
    expect(await client.runWorkflow(baseUrl, smoke('flat-card'), options)).toMatchObject({
      kind: 'ran',
      pictures: [{ isFlat: true }],
    });
  });

  it('stops a prompt that runs, takes one that waits off the queue, and tells how both ended', async () => {
    const big = (id: string): JsonObject => ({
      number: 0,
      prompt_id: id,
      prompt: {
        '1': { class_type: 'EmptyImage', inputs: { width: 256, height: 256, batch_size: 1, color: 255 } },
        '2': {
          class_type: 'ImageScale',
          inputs: { image: ['1', 0], upscale_method: 'bicubic', width: 512, height: 512, crop: 'disabled' },
        },
        '3': { class_type: 'ImageInvert', inputs: { image: ['2', 0] } },
        '4': { class_type: 'SaveImage', inputs: { filename_prefix: id, images: ['3', 0] } },
      },
      extra_data: {},
      outputs: [],
    });
    expect(await client.requeue(baseUrl, [big('one'), big('two')])).toEqual([
      { kind: 'accepted', promptId: 'one' },
      { kind: 'accepted', promptId: 'two' },
    ]);
    const { active, pending } = await client.queue(baseUrl);
    expect([active, pending].map((list) => list.map((one) => one['prompt_id']))).toEqual([['one'], ['two']]);
    await client.unqueue(baseUrl, ['one', 'two']);
    await client.interrupt(baseUrl, 'two');
    await client.interrupt(baseUrl, 'one');
    await expect.poll(() => client.history(baseUrl, 'one'), { timeout: 20_000 }).toEqual({ kind: 'interrupted' });
    expect(await client.history(baseUrl, 'two')).toEqual({ kind: 'unknown' });
    await client.free(baseUrl);
  }, 30_000);

  it('runs the same workflow twice: no cache answers', async () => {
    const [first, second] = [
      await client.runWorkflow(baseUrl, smoke('padded-card'), { ...options, nonce: 'a' }),
      await client.runWorkflow(baseUrl, smoke('padded-card'), { ...options, nonce: 'b' }),
    ];
    expect([first, second]).toMatchObject([
      { pictures: [{ filename: 'smoke-a_00001_.png' }] },
      { pictures: [{ filename: 'smoke-b_00001_.png' }] },
    ]);
  });

  it('says in one sentence why a graph is refused', async () => {
    const graph = smoke('padded-card');
    const withNode = (id: string, node: JsonObject) => client.runWorkflow(baseUrl, { ...graph, [id]: node }, options);
    expect(await withNode('1', { class_type: 'Absent', inputs: {} })).toMatchObject({
      kind: 'failed',
      fault: { code: 'WORKFLOW_REFUSED', nodes: ['1'] },
      reason: "The server refused the graph: Cannot execute because node Absent does not exist: Node ID '#1'",
    });
    const pad = graph['2'] as { inputs: JsonObject };
    expect(await withNode('2', { ...pad, inputs: { ...pad.inputs, left: -5 } })).toMatchObject({
      kind: 'failed',
      fault: { code: 'WORKFLOW_REFUSED', nodes: ['2'] },
      reason: 'ImagePadForOutpaint (node 2) was refused: Value -5 smaller than min of 0: left',
    });
    const circle = { ...pad, inputs: { ...pad.inputs, image: ['3', 0] } };
    expect(await withNode('2', circle)).toMatchObject({
      kind: 'failed',
      fault: { code: 'WORKFLOW_REFUSED_SILENTLY', nodes: [] },
    });
  });

  it('counts an answer with errors of some nodes as failed', async () => {
    const graph = {
      ...smoke('padded-card'),
      '9': { class_type: 'SaveImage', inputs: { filename_prefix: 'x', images: ['absent', 0] } },
    };
    expect(await client.runWorkflow(baseUrl, graph, options)).toMatchObject({
      kind: 'failed',
      fault: { code: 'WORKFLOW_PARTLY_REFUSED', nodes: ['9'] },
      reason: expect.stringMatching(/^Only a part of it would run: SaveImage \(node 9\) was refused/) as string,
    });
  });

  it('has an empty queue in the end', async () => {
    // The end of a prompt is told a moment before the server takes it off its list.
    await expect
      .poll(() => client.queue(baseUrl), { timeout: 10_000 })
      .toEqual({ running: 0, active: [], pending: [] });
  });
});

describe('the client, with a server that misbehaves', () => {
  const png = encodePng({
    widthPx: 2,
    heightPx: 1,
    nChannels: 3,
    pixels: Buffer.from([1, 2, 3, 4, 5, 6]),
    filters: [0],
  });
  const image = { images: [{ filename: 'a.png', subfolder: 's', type: 'output' }] };
  const ids: string[] = [];
  const accept: Route = ({ prompt_id: id }) => {
    ids.push(String(id));
    return { prompt_id: id as string, number: 1, node_errors: {} };
  };
  const entry =
    (status: object, outputs: object = { '4': image }): Route =>
    () => ({ [ids.at(-1) ?? '']: { outputs, status } });
  const success = entry({ status_str: 'success', completed: true, messages: [] });
  const idle: Route = () => ({ queue_running: [], queue_pending: [] });
  const after = (ms: number, step: () => void): void => void setTimeout(step, ms);
  const run = (tiny: TinyComfy, graph: JsonObject = {}, timeoutMs = 10_000) =>
    client.runWorkflow(tiny.baseUrl, graph, { timeoutMs, nonce: 'n', signal });

  it('sends seeds and prefixes of its own, the same for the same nonce, and leaves links alone', async () => {
    const tiny = await startTinyComfy({ 'POST /api/prompt': () => 500 });
    const graph = {
      '1': { class_type: 'K', inputs: { seed: 5, noise_seed: ['2', 0], steps: 3 } },
      '2': { class_type: 'SaveImage', inputs: { filename_prefix: 'a/b' } },
    };
    await run(tiny, graph);
    await run(tiny, graph);
    const posted = tiny.requests.filter(({ line }) => line === 'POST /api/prompt');
    const [first, second] = posted.map(({ body }) => (body as { prompt: typeof graph }).prompt);
    expect(first).toEqual(second);
    expect(first?.['2'].inputs.filename_prefix).toBe('a/b-n');
    expect(first?.['1'].inputs).toMatchObject({ noise_seed: ['2', 0], steps: 3 });
    expect(first?.['1'].inputs.seed).not.toBe(5);
  });

  it.each([
    ['the server has no WebSocket', false],
    ['the WebSocket dies in the middle', true],
  ])('reads the history when %s', async (_, webSocket) => {
    const tiny = await startTinyComfy(
      {
        'POST /api/prompt': (body, self) => (after(30, () => self.dropSockets()), accept(body, self)),
        'GET /api/history/*': success,
        'GET /api/queue': idle,
        'GET /api/view': () => png,
      },
      { webSocket },
    );
    expect(await run(tiny)).toMatchObject({
      kind: 'ran',
      pictures: [{ filename: 'a.png', widthPx: 2, heightPx: 1, isFlat: false, sizeBytes: png.length }],
    });
  });

  it('waits for the end mark of its own prompt', async () => {
    const tiny = await startTinyComfy({
      'POST /api/prompt'(body, self) {
        self.tell('executing', { node: null, prompt_id: 'of-somebody-else' });
        after(20, () => self.tell('executed', { node: '4', output: image, prompt_id: body['prompt_id'] }));
        after(300, () => self.tell('executing', { node: null, prompt_id: body['prompt_id'] }));
        return accept(body, self);
      },
      'GET /api/history/*': () => ({}),
      'GET /api/queue': idle,
      'GET /api/view': () => png,
    });
    const outcome = await run(tiny);
    expect(outcome).toMatchObject({ kind: 'ran', nFrames: 2, pictures: [{ filename: 'a.png' }] });
    expect(outcome.kind === 'ran' ? outcome.durationMs : 0).toBeGreaterThan(250);
  });

  it('tells what a node threw, and nothing of what it worked on', async () => {
    const tiny = await startTinyComfy({
      'POST /api/prompt'(body, self) {
        const id = body['prompt_id'];
        const error = {
          prompt_id: id,
          node_id: '3',
          node_type: 'KSampler',
          exception_type: 'torch.OutOfMemoryError',
          exception_message: 'Allocation on device\nmore\n',
          traceback: ['x'],
        };
        after(20, () =>
          self.tell('execution_error', {
            ...error,
            current_inputs: { text: ['my secret prompt'] },
            current_outputs: ['secret'],
          }),
        );
        after(30, () => self.tell('executing', { node: null, prompt_id: id }));
        return accept(body, self);
      },
      'GET /api/history/*': success,
    });
    const outcome = await run(tiny);
    expect(outcome).toMatchObject({
      kind: 'failed',
      fault: { code: 'WORKFLOW_NODE_FAILED', nodes: ['3'] },
      reason: 'KSampler (node 3) failed: torch.OutOfMemoryError: Allocation on device',
    });
    expect(JSON.stringify(outcome)).not.toContain('secret');
  });

  it('tells an interruption from a failure, by the history, too', async () => {
    const status = {
      status_str: 'error',
      completed: false,
      messages: [
        ['execution_start', {}],
        ['execution_interrupted', { node_id: '3' }],
      ],
    };
    const tiny = await startTinyComfy(
      { 'POST /api/prompt': accept, 'GET /api/history/*': entry(status), 'GET /api/queue': idle },
      { webSocket: false },
    );
    expect(await run(tiny)).toMatchObject({
      kind: 'failed',
      fault: { code: 'WORKFLOW_INTERRUPTED', nodes: ['3'] },
      reason: 'The workflow was interrupted',
    });
  });

  it('faults when the server dies, or forgets the prompt', async () => {
    const dying = await startTinyComfy({
      'POST /api/prompt': (body, self) => (after(30, () => void self.close()), accept(body, self)),
    });
    expect((await faultOf(run(dying))).code).toBe('INSTANCE_UNHEALTHY');
    const anew = await startTinyComfy(
      { 'POST /api/prompt': accept, 'GET /api/history/*': () => ({}), 'GET /api/queue': idle },
      { webSocket: false },
    );
    expect((await faultOf(run(anew))).message).toContain('no longer knows the workflow');
  });

  it('fails a workflow whose picture is not there or not a picture', async () => {
    const routes = { 'POST /api/prompt': accept, 'GET /api/history/*': success, 'GET /api/queue': idle };
    const absent = await startTinyComfy({ ...routes, 'GET /api/view': () => 404 }, { webSocket: false });
    expect(await run(absent)).toMatchObject({
      kind: 'failed',
      reason: 'The picture a.png cannot be fetched: the server answers 404',
    });
    const broken = await startTinyComfy(
      { ...routes, 'GET /api/view': () => Buffer.from('\x89PNG but no more', 'latin1') },
      { webSocket: false },
    );
    expect(await run(broken)).toMatchObject({
      kind: 'failed',
      reason: 'The picture a.png cannot be decoded: not a PNG',
    });
  });

  it('says so when a graph with a circle is refused without a reason', async () => {
    const tiny = await startTinyComfy({
      'POST /api/prompt': () => ({
        status: 400,
        error: { type: 'prompt_outputs_failed_validation', message: 'Prompt outputs failed validation', details: '' },
        node_errors: {},
      }),
    });
    expect(await run(tiny)).toMatchObject({
      fault: { code: 'WORKFLOW_REFUSED_SILENTLY', nodes: [] },
      reason:
        'The server refused the graph: Prompt outputs failed validation (it names no node: look for links that go in a circle)',
    });
  });

  it('has no facts about a server that is silent, refuses, redirects or is something else', async () => {
    expect(await client.facts('http://127.0.0.1:9')).toBeUndefined();
    for (const route of [
      () => 500,
      () => 302,
      () => Buffer.from('<html>'),
      () => ({ system: {} }),
      () => [],
    ] satisfies Route[]) {
      const tiny = await startTinyComfy({ 'GET /api/system_stats': route });
      expect(await client.facts(tiny.baseUrl)).toBeUndefined();
    }
    expect(await client.logTail('http://127.0.0.1:9', 5)).toEqual([]);
    expect((await faultOf(client.queue('http://127.0.0.1:9'))).code).toBe('INSTANCE_UNHEALTHY');
    expect((await faultOf(client.nodeClasses((await startTinyComfy({})).baseUrl))).message).toContain(
      'answers 404 to /api/object_info',
    );
  });

  it('tells which pack a node class came from, and nothing where the server does not', async () => {
    const { baseUrl: tiny } = await startTinyComfy({
      'GET /api/object_info': () => ({
        Twice: { python_module: 'custom_nodes.twice-pack' },
        Old: { category: 'x' },
        Odd: { python_module: 3 },
      }),
    });
    expect(await client.nodeSources(tiny)).toEqual([
      { nodeClass: 'Odd', module: null },
      { nodeClass: 'Old', module: null },
      { nodeClass: 'Twice', module: 'custom_nodes.twice-pack' },
    ]);
  });

  it('talks to this machine only', async () => {
    await expect(client.facts('http://192.0.2.1:8188')).rejects.toThrow('not a loopback address');
    await expect(client.facts('https://127.0.0.1:8188')).rejects.toThrow('not a loopback address');
  });

  it('saves the waiting prompts in their order and posts them again with their ids', async () => {
    const item = (number: number, id: string) => [
      number,
      id,
      { '1': { class_type: 'X', inputs: {} } },
      { client_id: 'bot', extra_pnginfo: {} },
      ['1'],
    ];
    const tiny = await startTinyComfy({
      'GET /api/queue': () => ({
        queue_running: [item(1, 'r')],
        queue_pending: [item(7, 'late'), item(3, 'soon'), item(5, 'bad')],
      }),
    });
    const { running, pending } = await client.queue(tiny.baseUrl);
    expect([running, ...pending.map((saved) => saved['prompt_id'])]).toEqual([1, 'soon', 'bad', 'late']);
    const next = await startTinyComfy({
      'POST /api/prompt': ({ prompt_id: id }) =>
        id === 'bad'
          ? { status: 400, error: { type: 'invalid_prompt' } }
          : id === 'late'
            ? { status: 400, error: { type: 'invalid_prompt_id' } }
            : {},
    });
    expect(await client.requeue(next.baseUrl, pending)).toEqual([
      { kind: 'accepted', promptId: 'soon' },
      { kind: 'refused', promptId: 'bad', reason: 'The server refused the graph: invalid_prompt' },
      { kind: 'accepted', promptId: 'late' },
    ]);
    expect(next.requests.map(({ body }) => (body as JsonObject)['prompt_id'])).toEqual([
      'soon',
      'bad',
      'late',
      undefined,
    ]);
    expect(next.requests[0]?.body).toMatchObject({
      client_id: 'bot',
      extra_data: { extra_pnginfo: {} },
      partial_execution_targets: ['1'],
    });
  });

  it('tells which branch of a prompt is not run, without the prompt or its keys', async () => {
    const errors = [{ type: 'value_not_in_list', message: 'Value not in list', details: 'ckpt_name: gone' }];
    const tiny = await startTinyComfy({
      'POST /api/prompt': () => ({ node_errors: { '9': { class_type: 'SaveImage', errors } } }),
    });
    const saved = { prompt_id: 'p', prompt: {}, extra_data: { api_key_comfy_org: 'secret' }, outputs: [] };
    expect(await client.requeue(tiny.baseUrl, [saved])).toEqual([
      { kind: 'partly', promptId: 'p', reason: 'SaveImage (node 9) was refused: Value not in list: ckpt_name: gone' },
    ]);
    expect(tiny.requests[0]?.body).toMatchObject({ extra_data: { api_key_comfy_org: 'secret' } });
  });

  it('interrupts one prompt by its id, and takes others off the queue', async () => {
    const tiny = await startTinyComfy({
      'GET /api/queue': () => ({ queue_running: [[1, 'mine']], queue_pending: [] }),
      'POST /api/interrupt': () => ({}),
      'POST /api/queue': () => ({}),
    });
    await client.interrupt(tiny.baseUrl, 'mine');
    await client.unqueue(tiny.baseUrl, []);
    await client.unqueue(tiny.baseUrl, ['a', 'b']);
    const posted = tiny.requests.filter(({ line }) => line.startsWith('POST'));
    expect(posted.map(({ body }) => body)).toEqual([{ prompt_id: 'mine' }, { delete: ['a', 'b'] }]);
    await expect(client.interrupt(tiny.baseUrl, '')).rejects.toThrow('by its id only');
  });

  it.each([
    ['finished', { status_str: 'success', completed: true, messages: [] }],
    ['interrupted', { status_str: 'error', completed: false, messages: [['execution_interrupted', {}]] }],
    [
      'failed',
      {
        status_str: 'error',
        completed: false,
        messages: [['execution_error', { node_id: '3', node_type: 'K', exception_type: 'Boom' }]],
      },
    ],
  ])('reads from the history that a prompt %s', async (kind, status) => {
    const tiny = await startTinyComfy({ 'GET /api/history/*': () => ({ p: { status, outputs: {} } }) });
    expect(await client.history(tiny.baseUrl, 'p')).toMatchObject({ kind });
    expect(await client.history(tiny.baseUrl, 'other')).toEqual({ kind: 'unknown' });
  });

  it('does not take the answer of another program for an empty queue', async () => {
    const tiny = await startTinyComfy({ 'GET /api/queue': () => ({ queue: [] }) });
    expect((await faultOf(client.queue(tiny.baseUrl))).code).toBe('INSTANCE_UNHEALTHY');
  });

  it('reads every device, and takes nonsense for nothing', async () => {
    const devices = [
      { type: 'cuda', name: 'cuda:0 RTX', vram_total: 12e9, vram_free: 3e9 },
      { type: 'cuda', name: 5, vram_total: 'much', vram_free: -1 },
    ];
    const tiny = await startTinyComfy({
      'GET /api/system_stats': () => ({ system: { comfyui_version: '0.3.64', argv: [] }, devices }),
    });
    expect(await client.facts(tiny.baseUrl)).toMatchObject({
      deviceType: 'cuda',
      devices: [
        { type: 'cuda', name: 'cuda:0 RTX', memoryBytes: 12e9, freeBytes: 3e9 },
        { type: 'cuda', name: '', memoryBytes: 0, freeBytes: 0 },
      ],
    });
    expect(
      await client.facts((await startTinyComfy({ 'GET /api/system_stats': () => 'never' })).baseUrl, { timeoutMs: 50 }),
    ).toBeUndefined();
  });

  it('gives the last lines of a log without colours and progress marks', async () => {
    const tiny = await startTinyComfy({
      'GET /internal/logs/raw': () => ({
        entries: [{ m: 'one\n' }, { m: '\u001b[31mtwo\u001b[0m' }, { m: ' more\n10%\r20%\r\n\n' }],
      }),
    });
    expect(await client.logTail(tiny.baseUrl, 3)).toEqual(['two more', '10%', '20%']);
  });
});
