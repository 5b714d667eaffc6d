import { expect, it } from 'vitest';

import { likeNamed } from '../../../../src/domain/services/like-named.ts';

const files = ['checkpoints/SDXL_base.safetensors', 'checkpoints/sdxl-base-1.0.safetensors', 'vae/ae.safetensors'];

it('finds another case, slash and folder first, then names of which one is a part', () => {
  expect(likeNamed(String.raw`old\sdxl-base.ckpt`, files)).toEqual(files.slice(0, 2));
});

it('takes nothing for like it that only shares a few letters', () => {
  expect(likeNamed('flux-dev.safetensors', files)).toEqual([]);
  expect(likeNamed('ae.safetensors', files)).toEqual([]);
});
