import { describe, expect, it } from 'vitest';

import { packClasses, packName } from '../../../../src/domain/instances/node-packs.ts';

describe('the node classes of packs', () => {
  it('are told apart by their module; those of ComfyUI itself are nobody’s', () => {
    expect(
      packClasses([
        { nodeClass: 'Upscale', module: 'custom_nodes.upscale' },
        { nodeClass: 'KSampler', module: 'nodes' },
        { nodeClass: 'Twice', module: 'custom_nodes.twice-pack' },
        { nodeClass: 'Crop', module: 'custom_nodes.twice-pack' },
        { nodeClass: 'Odd', module: null },
      ]),
    ).toEqual([
      { pack: 'twice-pack', nodeClasses: ['Crop', 'Twice'] },
      { pack: 'upscale', nodeClasses: ['Upscale'] },
    ]);
  });

  it('are bounded: a server cannot fill the record', () => {
    const many = Array.from({ length: 20_001 }, (_, n) => ({ nodeClass: `N${n}`, module: 'custom_nodes.a' }));
    expect(packClasses(many)[0]?.nodeClasses).toHaveLength(20_000);
    expect(packClasses([{ nodeClass: 'A', module: `custom_nodes.${'a'.repeat(256)}` }])).toEqual([]);
  });

  it.each([
    ['custom_nodes/ComfyUI-Manager', 'ComfyUI-Manager'],
    ['custom_nodes/my.pack', 'my.pack'],
    ['custom_nodes/websocket_image_save.py', 'websocket_image_save'],
  ])('%s is told as %s', (path, name) => {
    expect(packName(path)).toBe(name);
  });
});
