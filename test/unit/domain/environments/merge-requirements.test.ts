import { describe, expect, it } from 'vitest';

import { mergeRequirements } from '../../../../src/domain/environments/merge-requirements.ts';

const merge = (before: string, after: string, mine: string) =>
  mergeRequirements({
    before: { file: 'requirements.txt of v1', text: before },
    after: { file: 'requirements.txt of v2', text: after },
    mine: { file: 'requirements.in', text: mine },
  });

describe('mergeRequirements', () => {
  it('brings a line that the person left as it was to what the new component asks for', () => {
    const mine = '# What the environment must hold.\ncomfyui-frontend-package==1.27.10  # pinned by core\ntorch\n';
    expect(
      merge('comfyui-frontend-package==1.27.10\ntorch\n', 'comfyui_frontend_package==1.35.9\ntorch\n', mine),
    ).toEqual({
      text: '# What the environment must hold.\ncomfyui_frontend_package==1.35.9  # pinned by core\ntorch\n',
      kept: [],
    });
  });

  it('lets a line win that the person changed, and tells it', () => {
    expect(merge('transformers>=4.37.2\n', 'transformers>=4.50.3\n', 'transformers==4.40.0\n')).toEqual({
      text: 'transformers==4.40.0\n',
      kept: [{ name: 'transformers', yours: 'transformers==4.40.0', asked: 'transformers>=4.50.3' }],
    });
  });

  it('says nothing where the person had done what the new component asks for', () => {
    expect(merge('av>=14\n', 'av>=16\n', 'av>=16\n').kept).toEqual([]);
  });

  it('keeps a pin that the component never had: torch is asked for without a version', () => {
    expect(merge('torch\n', 'torch\n', 'torch==2.8.0\n')).toEqual({ text: 'torch==2.8.0\n', kept: [] });
  });

  it('adds what is new, once, and only where the person does not have it', () => {
    expect(merge('numpy\n', 'numpy\nblake3\nsimpleeval>=1\n', 'numpy\nblake3==1.0\n').text).toBe(
      'numpy\nblake3==1.0\nsimpleeval>=1\n',
    );
    expect(merge('', 'numpy\n', 'pillow').text).toBe('pillow\nnumpy\n');
  });

  it('takes away what is no longer asked for, unless the person wrote a line of their own', () => {
    expect(merge('torchaudio\nkornia>=0.7\n', '', 'torchaudio\nkornia==0.8\n').text).toBe('kornia==0.8\n');
  });

  it('keeps lines of the person, comments, blank lines and line ends', () => {
    const mine = '# mine\r\n\r\nrgthree\r\nscipy\r\n';
    expect(merge('scipy\n', 'scipy>=1\n', mine).text).toBe('# mine\r\n\r\nrgthree\r\nscipy>=1\r\n');
  });

  it('names the text that cannot be read', () => {
    expect(() => merge('', '--extra-index-url https://example.invalid\n', '')).toThrow(
      expect.objectContaining({
        code: 'DEFINITION_INVALID',
        at: expect.objectContaining({ file: 'requirements.txt of v2', line: 1 }),
      }),
    );
  });
});
