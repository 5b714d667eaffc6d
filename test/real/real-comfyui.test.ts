import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { createSystemClock } from '../../src/adapters/clock/system-clock.ts';
import { createServiceClient } from '../../src/adapters/comfyui/service-client.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { WorkflowProgress } from '../../src/ports/service-client.ts';

const baseUrl = process.env['COMFYUI_URL'] ?? '';
const graph = JSON.parse(
  readFileSync(new URL('../../templates/workflows/no-model.json', import.meta.url), 'utf8'),
) as JsonObject;
const { signal } = new AbortController();

/** The client and a workflow without a model against a server that runs: `COMFYUI_URL=http://127.0.0.1:8188`. It draws pictures there. */
describe.runIf(baseUrl !== '')('a server that is there', () => {
  const client = createServiceClient({ clock: createSystemClock() });
  const run = (nonce: string, onProgress?: (progress: WorkflowProgress) => void) =>
    client.runWorkflow(baseUrl, graph, {
      ...{ timeoutMs: 120_000, nonce, signal },
      ...(onProgress === undefined ? {} : { onProgress }),
    });

  it('says what it is and what it can', async () => {
    const facts = await client.facts(baseUrl);
    expect(facts?.comfyuiVersion).toMatch(/^\d+\.\d+/);
    expect(facts?.devices.length).toBeGreaterThan(0);
    expect(await client.abilities(baseUrl)).toMatchObject({ prefix: expect.stringMatching(/^(\/api)?$/) as string });
    expect(await client.nodeClasses(baseUrl)).toEqual(expect.arrayContaining(['EmptyImage', 'SaveImage']));
  });

  it('draws a picture that is not flat, twice, and no cache answers', async () => {
    const nonce = `real-${process.pid}`;
    const told: WorkflowProgress[] = [];
    const [first, second] = [await run(`${nonce}-a`, (one) => told.push(one)), await run(`${nonce}-b`)];
    for (const outcome of [first, second])
      expect(outcome).toMatchObject({ kind: 'ran', pictures: [{ widthPx: 512, heightPx: 384, isFlat: false }] });
    expect(told.at(-1)).toMatchObject({ percent: 100, nNodes: 4 });
    if (first.kind !== 'ran' || second.kind !== 'ran') return;
    expect(first.pictures[0]?.filename).not.toBe(second.pictures[0]?.filename);
    expect(await client.history(baseUrl, first.promptId)).toEqual({ kind: 'finished' });
    const { prompts } = await client.ended(baseUrl, { limit: 5 });
    expect(prompts.map(({ promptId }) => promptId)).toEqual(expect.arrayContaining([first.promptId, second.promptId]));
    expect(prompts.find(({ promptId }) => promptId === second.promptId)).toMatchObject({
      ...{ state: 'finished', nOutputs: 1, reason: null },
      picture: second.pictures[0]?.place,
    });
  }, 300_000);

  it('tells why it refuses a graph, and stops nothing that it does not know', async () => {
    const broken = { ...graph, '3': { class_type: 'NoSuchNode', inputs: {} } };
    expect(await client.runWorkflow(baseUrl, broken, { timeoutMs: 30_000, nonce: 'x', signal })).toMatchObject({
      kind: 'failed',
      fault: { code: 'WORKFLOW_REFUSED' },
    });
    expect(await client.cancel(baseUrl, '00000000-0000-4000-8000-000000000000')).toBe('absent');
  }, 60_000);
});
