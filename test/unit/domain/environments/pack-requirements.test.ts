import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseComponentRequirements } from '../../../../src/domain/environments/pack-requirements.ts';

const asked = (text: string) =>
  parseComponentRequirements('pack-a', text).requirements.map(
    ({ name, specifier, marker, line }) => `${line} ${name}${specifier}${marker === null ? '' : `; ${marker}`}`,
  );
const ignored = (text: string) =>
  parseComponentRequirements('pack-a', text).ignored.map(({ line, reason }) => `${line} ${reason}`);

describe('parseComponentRequirements', () => {
  it('takes names, specifiers, extras and markers, with their line', () => {
    const text =
      '\uFEFF# what we need\r\nnumpy>=1.26,<3\n\nPillow[webp] ; python_version < "3.13"  # pictures\nopencv_python\n';
    expect(asked(text)).toEqual(['2 numpy>=1.26,<3', '4 pillow; python_version < "3.13"', '5 opencv-python']);
    expect(ignored(text)).toEqual([]);
  });

  it.each([
    ['--extra-index-url https://evil.example/simple', /where packages come from/],
    ['-i https://evil.example/simple', /where packages come from/],
    ['--find-links /tmp/wheels', /where packages come from/],
    ['--trusted-host evil.example', /where packages come from/],
    ['-e .', /editable/],
    ['-r other.txt', /other files/],
    ['-c constraints.txt', /constraints/],
    ['--pre', /options/],
    ['--no-binary :all:', /options/],
    ['git+https://github.com/a/b.git', /repository/],
    ['sam2 @ git+https://github.com/a/b.git@main', /repository/],
    ['https://evil.example/a-1.0-py3-none-any.whl', /address/],
    ['foo @ https://evil.example/foo.whl', /address/],
    ['foo@file:///tmp/foo.whl', /address/],
    ['./local', /path/],
    ['/abs/dir', /path/],
    ['wheels/foo-1.0-py3-none-any.whl', /path/],
    ['C:\\wheels\\foo.whl', /path/],
    ['foo-1.0-py3-none-any.whl', /path/],
    ['numpy>=', /not understood/],
    ['not a requirement', /not understood/],
    ['numpy===1$0', /character/],
    ['numpy>=1 -i https', /not understood/],
    ['numpy[a;b]', /not understood/],
    ['numpy; platform_release == "6"', /condition/],
    ['numpy; -i https', /condition/],
  ])('does not obey %s, and says why', (line, reason) => {
    const found = parseComponentRequirements('pack-a', `numpy\n${line}\n`);
    expect(found.requirements.map(({ name }) => name)).toEqual(['numpy']);
    expect(found.ignored).toEqual([{ line: 2, text: line, reason: expect.stringMatching(reason) as string }]);
  });

  it('reads a continued line as one, leaves hashes out, and goes on behind it', () => {
    const text = 'numpy>=1 \\\n  --hash=sha256:aa \\\n  --hash=sha256:bb\ntorch\n';
    expect(asked(text)).toEqual(['1 numpy>=1', '4 torch']);
  });

  it('ends a text that never ends', () => {
    expect(ignored('x\n'.repeat(5_000))).toEqual(['2001 only the first 2000 lines are read']);
    expect(ignored(`${'x'.repeat(5_000)}\n`)).toEqual(['1 the line is too long']);
  });

  it('never throws, and asks for nothing that starts with a dash or holds an address', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'a-=>\n\\ #@:/.;["\'r') }), (text) => {
        for (const { writtenName } of parseComponentRequirements('p', text).requirements)
          expect(writtenName).toMatch(/^[A-Za-z0-9]/);
      }),
    );
  });
});
