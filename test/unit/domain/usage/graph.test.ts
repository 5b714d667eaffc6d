import { describe, expect, it } from 'vitest';

import type { JsonObject } from '../../../../src/base/json.ts';
import { workflowUse } from '../../../../src/domain/instances/workflow-use.ts';
import { graphModels } from '../../../../src/domain/usage/graph-models.ts';
import { graphClasses, graphShape } from '../../../../src/domain/usage/graph-shape.ts';
import { isNamed } from '../../../../src/domain/usage/unused.ts';
import { digest } from '../../../fakes/fake-world.ts';

const graph = (
  values: { seed?: number; ckpt?: string; text?: string; ids?: readonly [string, string] } = {},
): JsonObject => {
  const [loader, sampler] = values.ids ?? ['4', '3'];
  return {
    [loader]: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: values.ckpt ?? 'sdxl\\base.safetensors' } },
    [sampler]: { class_type: 'KSampler', inputs: { seed: values.seed ?? 1, model: [loader, 0], vae: [loader, 2] } },
    text: { class_type: 'CLIPTextEncode', inputs: { text: values.text ?? 'a cat', clip: [loader, 1] } },
  };
};
const shape = (of: JsonObject): string => graphShape(of, digest.sha256);

describe('what a graph uses', () => {
  it('names its model files with one kind of slash, and embeddings that its text names', () => {
    expect(graphModels(graph({ text: 'a cat, (embedding:good/hands.pt:1.2), embedding:bad' }))).toEqual([
      'embedding:bad',
      'embedding:good/hands.pt',
      'sdxl/base.safetensors',
    ]);
  });

  it('keeps nothing of what a person wrote, also where a sentence ends like a file', () => {
    expect(
      graphModels({ a: { class_type: 'X', inputs: { text: 'my secret.bin', positive_prompt: 'other secret.pt' } } }),
    ).toEqual([]);
    expect(graphModels({ a: { class_type: 'X', inputs: { lora: 'one.bin', lines: 'two\nthree.bin' } } })).toEqual([
      'one.bin',
    ]);
  });

  it('has one shape whatever its seed, text, model and node ids are, and another with another link or class', () => {
    const one = shape(graph());
    expect(shape(graph({ seed: 7, text: 'a dog', ckpt: 'other.ckpt', ids: ['10', '20'] }))).toBe(one);
    expect(
      shape({ ...graph(), '3': { class_type: 'KSampler', inputs: { seed: 1, model: ['4', 1], vae: ['4', 2] } } }),
    ).not.toBe(one);
    expect(shape({ ...graph(), '9': { class_type: 'SaveImage', inputs: {} } })).not.toBe(one);
  });

  it('is found of a chain that is longer than calls may be deep, and told from a longer one', () => {
    const chain = (n: number): JsonObject =>
      Object.fromEntries(
        Array.from({ length: n }, (_, at) => [`n${at}`, { class_type: 'A', inputs: { x: [`n${at + 1}`, 0] } }]),
      );
    expect(shape(chain(20_000))).toMatch(/^[0-9a-f]{16}$/);
    expect(shape(chain(20_000))).not.toBe(shape(chain(20_001)));
  });

  it('stays what it was in rows that were written before', () => {
    const around = {
      a: { class_type: 'A', inputs: { x: ['b', 0], w: 1 } },
      b: { class_type: 'B', inputs: { x: ['a', 0], y: ['z', 0] } },
      d: { class_type: 'D', inputs: { own: ['d', 0], x: ['b', 0], y: ['a', 1] } },
    };
    expect([shape(graph()), shape(around)]).toEqual(['7955987aa20afc43', 'aaf8c93e348ba0bb']);
  });

  it('ends for links that go around or nowhere, and for nodes that are none', () => {
    const around = {
      a: { class_type: 'A', inputs: { x: ['b', 0] } },
      b: { class_type: 'B', inputs: { x: ['a', 0], y: ['z', 0] } },
      c: 5,
    };
    expect(shape(around as unknown as JsonObject)).toMatch(/^[0-9a-f]{16}$/);
    expect(graphClasses(around as unknown as JsonObject)).toEqual(['A', 'B']);
  });

  it('is read from the form of the editor as well, and is nothing of a file that holds none', () => {
    const editor = {
      nodes: [{ type: 'LoraLoader', widgets_values: ['a/b.safetensors', 1] }, { type: 'Note' }],
      links: [],
    };
    expect(workflowUse(JSON.stringify(editor), digest.sha256)).toMatchObject({
      classes: ['LoraLoader', 'Note'],
      models: ['a/b.safetensors'],
    });
    for (const text of ['', '[]', '"x"', '{']) expect(workflowUse(text, digest.sha256)).toBeUndefined();
  });

  it('is compared with files by the end of their path', () => {
    const names = new Set(['sdxl/base.safetensors', 'embedding:bad']);
    expect(isNamed('/m/checkpoints/sdxl/base.safetensors', names)).toBe(true);
    expect(isNamed('/m/embeddings/bad.pt', names)).toBe(true);
    expect(isNamed('/m/checkpoints/base.safetensors', names)).toBe(false);
    expect(isNamed('/m/checkpoints/xsdxl/base.safetensors', names)).toBe(false);
  });
});
