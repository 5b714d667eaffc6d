import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { asksTheSame, mergeAsked } from '../../../../src/domain/environments/merge-asked.ts';
import { parseRequirements } from '../../../../src/domain/environments/requirements.ts';

const merge = (base: string, ours: string, theirs: string) => mergeAsked({ base, ours, theirs });

describe('mergeAsked', () => {
  it('takes what either moved, in its place, and leaves every other character', () => {
    const base = '# top\nnumpy==1\n\nsix  # why\nold\n';
    expect(
      merge(base, base.replace('six', 'six>=2'), base.replace('numpy==1', 'numpy==2').replace('old\n', '')),
    ).toEqual({
      kind: 'merged',
      value: '# top\nnumpy==2\n\nsix>=2  # why\n',
    });
  });

  it('adds what is new at the end, also where the last line is not ended', () => {
    expect(merge('a\n', 'a\nb', 'a\nc==1  # mine\n')).toEqual({ kind: 'merged', value: 'a\nb\nc==1  # mine\n' });
    expect(merge('a\r\n', 'a\r\n', 'a\r\nb\r\n')).toEqual({ kind: 'merged', value: 'a\r\nb\r\n' });
  });

  it('keeps lines with markers together', () => {
    const two = 'numpy<2; python_version < "3.12"\nnumpy>=2; python_version >= "3.12"\n';
    expect(merge('numpy\nsix\n', 'numpy\nsix==1\n', `${two}six\n`)).toEqual({
      kind: 'merged',
      value: `${two}six==1\n`,
    });
  });

  it.each([
    ['two versions', 'numpy==1\n', 'numpy==2\n', 'numpy==3\n'],
    ['one version and none', 'numpy==1\n', 'numpy==2\n', ''],
    ['none and one version', 'numpy==1\n', '', 'numpy==2\n'],
    ['two that are new', '', 'numpy==2\n', 'numpy==3\n'],
  ])('is a conflict with %s of a package', (_what, base, ours, theirs) => {
    expect(merge(base, ours, theirs)).toEqual({ kind: 'conflict', names: ['numpy'] });
  });

  it('is no conflict where only comments differ: ours stays', () => {
    expect(merge('a  # x\n', 'a  # y\n', 'a  # z\n')).toEqual({ kind: 'merged', value: 'a  # y\n' });
  });

  it('never loses what one side asks for alone, whatever the order', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const file = fc.uniqueArray(
      fc.record({ name: fc.constantFrom(...names), version: fc.constantFrom('', '==1', '==2') }),
      {
        selector: ({ name }) => name,
      },
    );
    const textOf = (lines: readonly { name: string; version: string }[]): string =>
      lines.map(({ name, version }) => `${name}${version}\n`).join('');
    const askedIn = (text: string): ReadonlyMap<string, string> =>
      new Map(parseRequirements({ file: 'requirements.in', text }).map((one) => [one.name, one.specifier]));
    fc.assert(
      fc.property(file, file, file, (base, ours, theirs) => {
        const texts = [textOf(base), textOf(ours), textOf(theirs)] as const;
        const found = merge(...texts);
        const back = merge(texts[0], texts[2], texts[1]);
        expect(back.kind).toBe(found.kind);
        const [was, mine, other] = texts.map(askedIn);
        const fighting = names.filter(
          (name) =>
            mine?.get(name) !== was?.get(name) &&
            other?.get(name) !== was?.get(name) &&
            mine?.get(name) !== other?.get(name),
        );
        expect(found.kind === 'conflict' ? found.names : []).toEqual(fighting);
        const [now, again] = [found, back].map((one) => (one.kind === 'merged' ? one.value : ''));
        expect(asksTheSame(now ?? '', again ?? '')).toBe(true);
        const wanted = names.map((name) => (mine?.get(name) === was?.get(name) ? other?.get(name) : mine?.get(name)));
        expect(
          found.kind === 'conflict' ||
            isEqual(
              names.map((name) => askedIn(now ?? '').get(name)),
              wanted,
            ),
        ).toBe(true);
      }),
    );
  });
});

const isEqual = (a: readonly unknown[], b: readonly unknown[]): boolean => a.every((one, index) => one === b[index]);
