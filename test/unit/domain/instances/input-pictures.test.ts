import { describe, expect, it } from 'vitest';

import type { Json, JsonObject } from '../../../../src/base/json.ts';
import { inputPictures, missingInputs } from '../../../../src/domain/instances/input-pictures.ts';

const load = (image: Json, className = 'LoadImage'): JsonObject => ({ class_type: className, inputs: { image } });

describe('the pictures that a graph begins with', () => {
  it('are those of the input folder, each once, with the mask that belongs to it', () => {
    const graph = {
      '1': load('photo.png'),
      '2': load('photo.png [input]', 'LoadImageMask'),
      '3': load('faces/anna.jpg'),
      '4': load('old.png [output]'),
      '5': load(['3', 0]),
      '6': load('x.png', 'SaveImage'),
    };
    expect(inputPictures(graph)).toEqual([
      {
        nodes: ['1', '2'],
        name: 'photo.png',
        path: 'workflows/inputs/photo.png',
        maskPath: 'workflows/inputs/photo.mask.png',
      },
      {
        nodes: ['3'],
        name: 'faces/anna.jpg',
        path: 'workflows/inputs/faces/anna.jpg',
        maskPath: 'workflows/inputs/faces/anna.mask.png',
      },
    ]);
  });

  it('are told with the nodes that read them when they are not on the branch', () => {
    const pictures = inputPictures({ '1': load('a.png'), '2': load('b.png'), '3': load('b.png') });
    expect(missingInputs(pictures, new Set(['workflows/inputs/a.png']))).toEqual({
      code: 'WORKFLOW_INPUT_MISSING',
      nodes: ['2', '3'],
      sentence: 'Node 2 reads the picture b.png, which is not in workflows/inputs/.',
    });
    expect(missingInputs(pictures, new Set(['workflows/inputs/a.png', 'workflows/inputs/b.png']))).toBeUndefined();
  });

  it.each(['../secret.png', '/etc/passwd', 'a/../../b.png', 'a//b.png', 'a\\b.png', ''])(
    'have no name that leads elsewhere, also where such a file is there: %j',
    (name) => {
      const pictures = inputPictures({ '1': load(name) });
      const files = new Set(pictures.map(({ path }) => path));
      expect(missingInputs(pictures, files)?.sentence).toContain('no name of a file below the input folder');
    },
  );
});
