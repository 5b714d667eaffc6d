import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { createSystemClock } from '../../src/adapters/clock/system-clock.ts';
import { createServiceClient } from '../../src/adapters/comfyui/service-client.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { WorkflowProgress } from '../../src/ports/service-client.ts';
import { encodePng } from './support/png-encoder.ts';
import { startTinyComfy } from './support/tiny-comfy.ts';

const folder = process.env['COMFYUI_TRACES'];

interface Recorded {
  readonly graph: JsonObject;
  readonly status: number;
  readonly body: string;
  readonly frames: readonly (
    | { readonly type: string; readonly data: object }
    | { readonly binary: number; readonly head: string }
  )[];
  readonly history: object | null;
}

/** The client against what a real server was recorded to say, byte for byte but for ids; runs only where the recordings are. */
describe.runIf(folder)('the client, with the recordings', () => {
  const trace = (
    folder === undefined ? {} : JSON.parse(readFileSync(join(folder, 'trace-v0.3.64.json'), 'utf8'))
  ) as Readonly<Record<string, Recorded>>;
  const picture = encodePng({
    ...{ widthPx: 2, heightPx: 1, nChannels: 3, filters: [0] },
    pixels: Buffer.from([1, 2, 3, 4, 5, 6]),
  });
  const client = createServiceClient({ clock: createSystemClock() });
  const { signal } = new AbortController();

  async function replay(name: string) {
    const recorded = trace[name] as Recorded;
    const old = Object.keys(recorded.history ?? {})[0] ?? 'none';
    let id = old;
    const renamed = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll(old, id));
    const told: WorkflowProgress[] = [];
    const answerOf = (path: string) => () => JSON.parse((trace[`GET ${path}`] as Recorded).body) as object;
    const tiny = await startTinyComfy({
      'GET /api/system_stats': answerOf('/system_stats'),
      'GET /api/features': answerOf('/features'),
      'GET /api/queue': answerOf('/queue'),
      'POST /api/prompt'({ prompt_id: asked }, self) {
        id = String(asked);
        for (const frame of recorded.frames) {
          if ('binary' in frame) self.sendRaw(binaryFrame(frame));
          else self.tell(frame.type, renamed(frame.data) as object);
        }
        return { ...(renamed(JSON.parse(recorded.body)) as object), status: recorded.status };
      },
      'GET /api/history/*': () => renamed(recorded.history ?? {}) as object,
      'GET /api/view': () => picture,
    });
    const onProgress = (progress: WorkflowProgress): void => void told.push(progress);
    const options = { timeoutMs: 10_000, nonce: 'n', signal, onProgress };
    return { outcome: await client.runWorkflow(tiny.baseUrl, recorded.graph, options), told, tiny };
  }

  it('follows a picture being drawn, step by step, with its previews', async () => {
    const { outcome, told, tiny } = await replay('txt2img');
    expect(outcome).toMatchObject({ kind: 'ran', pictures: [{ filename: 't2i_00002_.png', widthPx: 2 }] });
    const steps = told.filter(({ node, nPreviews }) => node === '3' && nPreviews > 0);
    expect(steps.at(-1)).toMatchObject({ nodeClass: 'KSampler', nPreviews: 4, nNodes: 7 });
    expect(new Set(steps.map((one) => one.steps?.value))).toEqual(new Set([1, 2, 3, 4]));
    const percents = told.map(({ percent }) => percent);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(told.at(-1)).toMatchObject({ percent: 100, nDone: 7 });
    expect(await client.abilities(tiny.baseUrl)).toEqual({
      ...{ prefix: '/api', jobs: false, previewMetadata: true },
      maxUploadBytes: 104_857_600,
    });
  });

  it.each([
    ['txt2img_cached', { kind: 'ran' }],
    ['empty_image', { kind: 'ran' }],
    ['missing_ckpt', { fault: { code: 'WORKFLOW_REFUSED', nodes: ['4'] } }],
    ['bad_class', { fault: { code: 'WORKFLOW_REFUSED', nodes: ['1'] } }],
    ['cycle', { fault: { code: 'WORKFLOW_REFUSED_SILENTLY', nodes: [] } }],
    ['no_outputs', { fault: { code: 'WORKFLOW_REFUSED', nodes: [] } }],
    ['garbage_ckpt', { fault: { code: 'WORKFLOW_NODE_FAILED', nodes: ['4'] } }],
    ['trunc_ckpt', { fault: { code: 'WORKFLOW_NODE_FAILED', nodes: ['4'] } }],
  ])('says of %s what came of it', async (name, expected) => {
    expect((await replay(name)).outcome).toMatchObject(expected);
  });
});

/** As the server sent it: the size and the first bytes were recorded, the picture was not. */
function binaryFrame({ binary, head }: { binary: number; head: string }): Buffer {
  const body = Buffer.concat([Buffer.from(head, 'hex'), Buffer.alloc(Math.max(0, binary - head.length / 2))]);
  const start = Buffer.from([0x82, 126, 0, 0]);
  start.writeUInt16BE(body.length, 2);
  return Buffer.concat([start, body]);
}
