import { describe, expect, it } from 'vitest';

import { createSystemClock } from '../../src/adapters/clock/system-clock.ts';
import { createServiceClient } from '../../src/adapters/comfyui/service-client.ts';
import { startTinyComfy } from './support/tiny-comfy.ts';

const client = createServiceClient({ clock: createSystemClock() });
const graph = { '1': { class_type: 'KSampler', inputs: { seed: 1 } } };
const entry = (status: string, ...messages: readonly (readonly [string, number | null])[]) => ({
  prompt: [1, 'id', graph, { api_key_comfy_org: 'secret' }, []],
  outputs: {},
  status: {
    status_str: status,
    completed: status === 'success',
    messages: messages.map(([type, atMs]) => [type, atMs === null ? {} : { timestamp: atMs }]),
  },
});

describe('prompts that ended', () => {
  it('come from the history with their times, oldest first, and nothing of what was sent beside the graph', async () => {
    const tiny = await startTinyComfy({
      'GET /api/history': () => ({
        b: entry('success', ['execution_start', 2_000], ['execution_cached', 2_001], ['execution_success', 5_000]),
        a: entry('error', ['execution_start', 1_000], ['execution_error', 1_500]),
        old: entry('error', ['execution_start', 500], ['execution_interrupted', null]),
      }),
    });
    const told = await client.ranGraphs(tiny.baseUrl, { most: 5 });
    expect(told).toEqual([
      { promptId: 'old', graph, endedAtMs: 500, durationMs: null, isSuccess: false },
      { promptId: 'a', graph, endedAtMs: 1_500, durationMs: 500, isSuccess: false },
      { promptId: 'b', graph, endedAtMs: 5_000, durationMs: 3_000, isSuccess: true },
    ]);
    expect(JSON.stringify(told)).not.toContain('secret');
  });

  it('are none of an answer that is no history, and a fault where there is no answer', async () => {
    const odd = {
      x: 5,
      y: { prompt: 'no' },
      z: entry('success'),
      w: { prompt: [1, 'w', {}], status: { messages: 3 } },
    };
    const tiny = await startTinyComfy({ 'GET /api/history': () => odd });
    expect(await client.ranGraphs(tiny.baseUrl, { most: 1 })).toEqual([]);
    const broken = await startTinyComfy({ 'GET /api/history': () => 500 });
    await expect(client.ranGraphs(broken.baseUrl, { most: 1 })).rejects.toMatchObject({ code: 'INSTANCE_UNHEALTHY' });
  });
});
