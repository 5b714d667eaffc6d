import { describe, expect, it } from 'vitest';

import { modelFolders } from '../../../../src/domain/installation/model-folders.ts';
import { findModelFiles } from '../../../../src/engine/models/model-files.ts';
import { createWorld, homeDir } from '../../../fakes/fake-world.ts';

describe('the folders of models', () => {
  it('are those that a model paths file names, absolute, without node packs and variables', () => {
    const text = `a:\n  base_path: /data\n  is_default: true\n  checkpoints: ckpt/\n  loras: |\n    ./lora\n    /other\n  custom_nodes: nodes\nb:\n  vae: models/vae\nc:\n  base_path: $HOME/x\n  clip: clip\n`;
    expect(modelFolders(text, '/home/anna')).toEqual([
      { kind: 'checkpoints', dir: '/data/ckpt' },
      { kind: 'loras', dir: '/data/lora' },
      { kind: 'loras', dir: '/other' },
      { kind: 'vae', dir: '/home/anna/models/vae' },
    ]);
    for (const bad of ['', '- a', 'a: [', 'a: 5', 'a: {loras: [x]}']) expect(modelFolders(bad, '/h')).toEqual([]);
  });

  it('are looked through for model files, each file once, by name alone', async () => {
    const { context, files } = await createWorld();
    files.put(`${homeDir}/models/checkpoints/a.safetensors`, 'aaaa');
    files.put(`${homeDir}/models/checkpoints/readme.txt`, 'no model');
    files.put('/data/lora/b.pt', 'bb');
    files.put(
      `${homeDir}/extra_model_paths.yaml`,
      'x:\n  base_path: /data\n  loras: lora\n  again: lora\n  gone: nowhere\n',
    );
    await files.link(`${homeDir}/models/checkpoints/same.ckpt`, `${homeDir}/models/checkpoints/a.safetensors`);
    await files.link(`${homeDir}/models/elsewhere`, '/data');
    await files.link(`${homeDir}/models/loras`, '/data/lora');
    const found = await findModelFiles(context);
    expect(found.files.map(({ path, sizeBytes }) => [path.split('/').at(-1), sizeBytes])).toEqual(
      expect.arrayContaining([['b.pt', 2]]),
    );
    expect(found.files).toHaveLength(2);
    // Linked folders are seen where they are model folders themselves, and named where they are not.
    expect(found.notSeen).toEqual([`${homeDir}/models/elsewhere`]);
    expect(found.folders).toEqual([`${homeDir}/models`, '/data/lora']);
  });
});
