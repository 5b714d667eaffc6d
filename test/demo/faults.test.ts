import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import { demoPython, finish } from './support/python-env.ts';
import { type Json, type Simulator, startSimulator, watchPrompt } from './support/simulator.ts';

const MAIN = join(import.meta.dirname, '../../demo/comfyui/main.py');
const folder = mkdtempSync(join(tmpdir(), 'demo-faults-'));
const control = join(folder, 'faults');
let python: string;
let nBases = 0;
let nGraphs = 0;

beforeAll(async () => {
  python = await demoPython();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function start(...args: string[]): Promise<Simulator> {
  const simulator = await startSimulator({ python, base: freshBase(), args });
  onTestFinished(() => void simulator.stop('SIGKILL'));
  return simulator;
}

function freshBase(): string {
  const base = join(folder, `base-${nBases++}`);
  mkdirSync(join(base, 'models', 'checkpoints'), { recursive: true });
  writeFileSync(join(base, 'models', 'checkpoints', 'a.safetensors'), '\x02\0\0\0\0\0\0\0{}');
  return base;
}

/** A picture that no cache knows. */
const plain = (): Record<string, unknown> => ({
  1: { class_type: 'EmptyImage', inputs: { width: 8, height: 8, batch_size: 1, color: nGraphs++ } },
  2: { class_type: 'SaveImage', inputs: { filename_prefix: 'p', images: ['1', 0] } },
});
const model = {
  1: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'a.safetensors' } },
  2: { class_type: 'PreviewAny', inputs: { source: ['1', 0] } },
};
const post = async (simulator: Simulator, prompt = plain()): Promise<string> =>
  ((await (await simulator.post('/prompt', { prompt })).json()) as Json).prompt_id;
const switchOn = (...lines: string[]): void => writeFileSync(control, lines.map((line) => `${line}\n`).join(''));
/** The failure that the socket tells of a prompt; undefined when it went well. */
async function failureOf(simulator: Simulator, prompt = plain()): Promise<Json> {
  const { frames } = await watchPrompt(simulator, prompt);
  return frames.find(({ type }) => type === 'execution_error')?.data;
}

describe('switching', () => {
  test.each([
    ['nonsense', "there is no fault 'nonsense'"],
    ['slow=soon', "slow takes seconds, not 'soon'"],
    ['oom=maybe', "oom takes always, until-free, not 'maybe'"],
    ['hang-queue=1', 'hang-queue takes no value'],
  ])('the flag --fault %s is refused', async (fault, reason) => {
    expect(await finish(python, [MAIN, '--cpu', '--fault', fault])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(reason),
    });
  });

  test('the file switches on and off at run time; a line that is wrong has no effect and is told', async () => {
    switchOn('# nothing yet');
    const simulator = await start('--faults', control);
    expect(await failureOf(simulator)).toBeUndefined();
    switchOn('disk-full # the output folder', 'nonsense');
    expect(await failureOf(simulator)).toMatchObject({
      exception_type: 'OSError',
      exception_message: expect.stringMatching(/^\[Errno 28\] No space left on device: '.*p_0000\d_\.png'$/),
    });
    expect(simulator.log()).toContain(`${control}:2: there is no fault 'nonsense'`);
    rmSync(control);
    expect(await failureOf(simulator)).toBeUndefined();
  });

  test('"once" strikes one process to its end, and not the next', async () => {
    switchOn('# kept', 'once cuda-poisoned', 'slow=0');
    const first = await start('--faults', control);
    expect(await failureOf(first)).toMatchObject({ exception_type: 'torch.AcceleratorError' });
    expect(readFileSync(control, 'utf8')).toBe('# kept\nslow=0\n');
    expect(await failureOf(first)).toMatchObject({
      exception_message: expect.stringContaining('CUDA error: an illegal memory access was encountered'),
    });
    await first.stop();
    expect(await failureOf(await start('--faults', control))).toBeUndefined();
  });
});

describe('a start', () => {
  test('is slow, or ends before any port is open', async () => {
    const startedMs = performance.now();
    await start('--fault', 'slow-boot=1');
    expect(performance.now() - startedMs).toBeGreaterThan(1000);
    await expect(start('--fault', 'crash-boot')).rejects.toThrow(
      /exit 1\n[^]*RuntimeError: the start was made to fail/,
    );
    await expect(start('--fault', 'crash-boot=139')).rejects.toThrow('exit 139');
    await expect(start('--gpu', '--fault', 'gpu-lost')).rejects.toThrow('RuntimeError: No CUDA GPUs are available');
  });

  test('leaves out a pack whose import fails, and says so in the table', async () => {
    const base = freshBase();
    for (const name of ['one', 'two']) {
      mkdirSync(join(base, 'custom_nodes', name), { recursive: true });
      writeFileSync(join(base, 'custom_nodes', name, '__init__.py'), 'NODE_CLASS_MAPPINGS = {}');
    }
    const { stderr } = await finish(python, [
      ...[MAIN, '--cpu', '--base-directory', base, '--quick-test-for-ci'],
      ...['--fault', 'import-failed=two'],
    ]);
    expect(stderr).toMatch(/^Cannot import .*two module for custom nodes: No module named 'two_missing'$/m);
    expect(stderr).toMatch(/^\s*[\d.]+ seconds \(IMPORT FAILED\): .*two$/m);
    expect(stderr).toMatch(/^\s*[\d.]+ seconds: .*one$/m);
  });
});

describe('a prompt', () => {
  test('is slow, tells its steps, and can be interrupted between them', async () => {
    const simulator = await start('--fault', 'slow=0.2');
    const { frames } = await watchPrompt(simulator, plain());
    const steps = frames.filter(({ type, data }) => type === 'progress' && data.node === '1');
    expect(steps.map(({ data }) => data.value)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const id = await post(simulator);
    await expect.poll(async () => (await simulator.getJson('/queue')).queue_running.length).toBe(1);
    await simulator.post('/interrupt', { prompt_id: id });
    await expect
      .poll(async () => (await simulator.getJson(`/history/${id}`))[id]?.status.messages.at(-1)[0])
      .toBe('execution_interrupted');
  });

  test('kills the process without a word', async () => {
    const simulator = await start('--fault', 'crash-prompt');
    const ended = once(simulator.child, 'exit');
    // It may die before its answer is out.
    await post(simulator).catch(() => undefined);
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(simulator.log()).toMatch(/got prompt\n$/);
  });

  test('stands still while HTTP answers, until the fault is taken away', async () => {
    switchOn('hang-queue');
    const simulator = await start('--faults', control);
    const id = await post(simulator);
    await expect.poll(async () => (await simulator.getJson('/queue')).queue_running.length).toBe(1);
    await simulator.post('/interrupt', { prompt_id: id });
    await post(simulator);
    expect(await simulator.getJson('/prompt')).toEqual({ exec_info: { queue_remaining: 2 } });
    switchOn();
    await expect.poll(async () => simulator.getJson('/prompt')).toEqual({ exec_info: { queue_remaining: 0 } });
  });

  test('finds the worker dead: HTTP answers, nothing runs any more', async () => {
    const simulator = await start('--fault', 'worker-dead');
    await post(simulator);
    await expect.poll(() => simulator.log()).toMatch(/^Exception in thread Thread-\d+ \(prompt_worker\):$/m);
    await post(simulator);
    expect(await simulator.getJson('/prompt')).toEqual({ exec_info: { queue_remaining: 2 } });
  });

  test('runs out of memory until the models are freed', async () => {
    const simulator = await start('--fault', 'oom=until-free');
    expect(await failureOf(simulator)).toMatchObject({
      exception_type: 'torch.OutOfMemoryError',
      exception_message: expect.stringMatching(/^Allocation on device /),
    });
    expect(simulator.log()).toContain('Got an OOM, unloading all loaded models.');
    await simulator.post('/free', { unload_models: true });
    expect(await failureOf(simulator)).toBeUndefined();
  });

  test('loses the card', async () => {
    expect(await failureOf(await start('--fault', 'gpu-lost'))).toMatchObject({
      exception_message: expect.stringContaining('CUDA unknown error'),
    });
  });

  test('meets a model of every wrong kind', async () => {
    const simulator = await start('--faults', control);
    for (const [kind, text] of [
      ['header-too-large', 'header too large'],
      ['truncated', 'incomplete metadata, file not fully covered'],
      ['bad-header', 'invalid JSON in header'],
      ['unknown', 'ERROR: Could not detect model type of: /'],
      ['pickle', 'Weights only load failed'],
      ['not-a-model', "invalid load key, '<'."],
    ] as const) {
      switchOn(`wrong-model=${kind}`);
      expect((await failureOf(simulator, model)).exception_message).toContain(text);
    }
    switchOn('wrong-model=not-listed');
    expect((await watchPrompt(simulator, model)).body.node_errors[1].errors[0].details).toBe(
      "ckpt_name: 'a.safetensors' not in []",
    );
    switchOn();
    expect(await failureOf(simulator, model)).toBeUndefined();
  });
});

describe('HTTP and sockets', () => {
  test('answer what nobody can read', async () => {
    switchOn('garbage');
    const simulator = await start('--faults', control);
    const answer = await simulator.get('/system_stats');
    expect(answer.status).toBe(200);
    await expect(answer.json()).rejects.toThrow('is not valid JSON');
    switchOn('garbage=http');
    await expect(simulator.get('/system_stats')).rejects.toThrow('fetch failed');
    switchOn('slow-http=0.3');
    const startedMs = performance.now();
    await simulator.get('/system_stats');
    expect(performance.now() - startedMs).toBeGreaterThan(290);
  });

  test('are silent until the fault is taken away', async () => {
    switchOn('hang-http');
    const simulator = await start('--faults', control);
    const url = `http://127.0.0.1:${simulator.port}/system_stats`;
    await expect(fetch(url, { signal: AbortSignal.timeout(300) })).rejects.toThrow('timeout');
    switchOn();
    expect((await fetch(url)).status).toBe(200);
  });

  test('a socket is open and says nothing, while the prompt runs', async () => {
    const simulator = await start('--fault', 'half-open');
    const socket = new WebSocket(`ws://127.0.0.1:${simulator.port}/ws?clientId=c`);
    let nFrames = 0;
    socket.addEventListener('message', () => (nFrames += 1));
    await once(socket, 'open');
    const body = { prompt: plain(), client_id: 'c', prompt_id: 'mine' };
    await simulator.post('/prompt', body);
    await expect.poll(async () => Object.keys(await simulator.getJson('/history/mine'))).toEqual(['mine']);
    expect([nFrames, socket.readyState]).toEqual([0, WebSocket.OPEN]);
    expect(existsSync(join(simulator.base, 'output', 'p_00001_.png'))).toBe(true);
    socket.close();
  });

  test('a frame is as large as it is asked to be', async () => {
    const simulator = await start('--fault', 'big-frame=3');
    const socket = new WebSocket(`ws://127.0.0.1:${simulator.port}/ws?clientId=c`);
    let longest = 0;
    socket.addEventListener('message', ({ data }) => (longest = Math.max(longest, String(data).length)));
    await once(socket, 'open');
    await simulator.post('/prompt', { prompt: plain(), client_id: 'c' });
    await expect.poll(() => longest).toBeGreaterThan(3_000_000);
    socket.close();
  });
});
