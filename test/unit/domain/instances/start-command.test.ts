import { describe, expect, it } from 'vitest';

import { readStartCommand } from '../../../../src/domain/instances/start-command.ts';

const none = {
  port: null,
  userDir: null,
  inputDir: null,
  outputDir: null,
  baseDir: null,
  modelPathsFiles: [],
  args: [],
  dropped: [],
};

describe('the start command of a running server', () => {
  it.each([
    ['a bare one', ['main.py'], { comfyui: '/srv/ComfyUI' }],
    ['an absolute one', ['/opt/C/main.py', '--port', '8189'], { comfyui: '/opt/C', port: 8189 }],
    [
      'one with folders',
      ['./main.py', '--user-directory', 'u', '--output-directory=/big/out', '--base-directory', '/data'],
      { comfyui: '/srv/ComfyUI', userDir: '/srv/ComfyUI/u', outputDir: '/big/out', baseDir: '/data' },
    ],
    [
      'one with model paths',
      ['main.py', '--extra-model-paths-config', '/a.yaml', 'b.yaml', '--cpu'],
      { comfyui: '/srv/ComfyUI', modelPathsFiles: ['/a.yaml', '/srv/ComfyUI/b.yaml'], args: ['--cpu'] },
    ],
    [
      'one with flags of all kinds',
      ['main.py', '--lowvram', '--reserve-vram', '2', '--fast', 'fp16_accumulation', 'cublas_ops'],
      {
        comfyui: '/srv/ComfyUI',
        args: ['--lowvram', '--reserve-vram', '2', '--fast', 'fp16_accumulation', 'cublas_ops'],
      },
    ],
    [
      'one that is open to others',
      ['main.py', '--listen', '--enable-cors-header', '*', '--auto-launch'],
      { comfyui: '/srv/ComfyUI', dropped: ['--listen', '--enable-cors-header *'] },
    ],
  ])('is read: %s', (_, argv, found) => {
    expect(readStartCommand(argv, '/srv/ComfyUI')).toEqual({ ...none, ...found });
  });

  it.each([
    ['another script', ['serve.py'], '/srv'],
    ['no script at all', [], '/srv'],
    ['a relative script of a process that nobody knows', ['main.py'], null],
  ])('is not guessed: %s', (_, argv, cwd) => {
    expect(readStartCommand(argv, cwd)).toBeUndefined();
  });
});
