import { describe, expect, it } from 'vitest';

import { doneScene } from '../../support/journal-scene.ts';
import { orchestrate } from '../../support/run-orchestrate.ts';

const graph = {
  '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'a.safetensors' } },
  '2': { class_type: 'CLIPTextEncode', inputs: { text: 'my secret prompt' } },
  '3': { class_type: 'CLIPTextEncode', inputs: { text: 'ugly' } },
  '4': { class_type: 'SaveImage', inputs: {} },
};
const prompt = (id: string) => ({
  number: 3,
  prompt_id: id,
  prompt: graph,
  extra_data: { api_key_comfy_org: 'sk-very-secret' },
  outputs: ['4'],
});
const queue = { running: 1, active: [prompt('one')], pending: [prompt('two')] };
const ended = {
  by: 'history' as const,
  prompts: [
    {
      promptId: 'p9',
      state: 'failed' as const,
      startedAtMs: 0,
      durationMs: 4_200,
      nOutputs: 0,
      picture: null,
      reason: 'KSampler (node 3) failed: \u001b[31mout of memory',
    },
  ],
};
const service = { queue: async () => queue, ended: async () => ended };
const type = (...argv: readonly string[]) => orchestrate(doneScene(), argv, { outside: { service } });

describe('the prompts of production', () => {
  it('are shown by their nodes and outputs, and nothing of what they say', async () => {
    const { out } = await type('service', 'queue');
    expect(out).toMatchInlineSnapshot(`
      "runs one 4 nodes: 2× CLIPTextEncode, CheckpointLoaderSimple, SaveImage → SaveImage 4
         1 two 4 nodes: 2× CLIPTextEncode, CheckpointLoaderSimple, SaveImage → SaveImage 4
      1 prompt running, 1 waiting on http://127.0.0.1:8188
      next: orchestrate service cancel one
      "
    `);
    expect((await type('service', 'queue', '--json')).out).not.toMatch(/secret|safetensors/);
  });

  it('are told once they ended, with why they failed', async () => {
    expect((await type('service', 'history')).out).toMatchInlineSnapshot(`
      "prompt  state   began                 took   made
      p9      failed  1970-01-01 00:00:00Z  4.2 s  0     KSampler (node 3) failed: \\x1b[31mout of memory
      on http://127.0.0.1:8188, by /history
      "
    `);
  });

  it('are shown before one is cancelled, and nothing is asked without a yes', async () => {
    const shown = await type('service', 'cancel', 'two');
    expect(shown.exitStatus).toBe(7);
    expect(shown.app.asked).toEqual([]);
    expect(shown.out).toContain('would be cancelled: two');
    const done = await type('service', 'cancel', 'two', '--yes');
    expect(done.app.asked).toMatchObject([{ kind: 'prompt.cancel', data: { promptId: 'two' } }]);
  });

  it('are not guessed at: an unknown id is refused with the nearest one', async () => {
    const { err, exitStatus, app } = await type('service', 'cancel', 'onee', '--yes');
    expect([exitStatus, app.asked]).toEqual([4, []]);
    expect(err).toContain('error PROMPT_NOT_FOUND No prompt onee runs or waits. Did you mean one?');
  });
});
