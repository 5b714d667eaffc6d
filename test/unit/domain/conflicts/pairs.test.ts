import { describe, expect, it } from 'vitest';

import { factText, valueText } from '../../../../src/domain/changes/fact-text.ts';
import { footprintOf } from '../../../../src/domain/changes/footprint.ts';
import { meet, meetText, type Touching, touchedByBoth } from '../../../../src/domain/conflicts/pairs.ts';

const side = (text: string | null) => (text === null ? null : { id: text, text });
const one = (id: string, files: Readonly<Record<string, readonly [string | null, string | null]>>): Touching => ({
  ...{ id, kind: 'change', run: 'r1', title: id, wanted: new Set(['numpy', 'torch']) },
  footprint: footprintOf(
    Object.entries(files).map(([path, [before, after]]) => ({ path, before: side(before), after: side(after) })),
  ),
});
const lock = (versions: Readonly<Record<string, string>>): string =>
  `# python: cp312\n# platform: linux-x86_64\n${Object.entries(versions)
    .map(
      ([name, version]) =>
        `${name}===${version} --hash=sha256:${'a'.repeat(64)}  # file=${name}-${version}-py3-none-any.whl\n`,
    )
    .join('')}`;
const locks = (id: string, after: Readonly<Record<string, string>>): Touching =>
  one(id, { 'requirements.lock': [lock({ along: '1', numpy: '1' }), lock(after)] });

describe('meet', () => {
  it('is nothing where two move different things, in one file or not', () => {
    const a = locks('c1', { along: '1', numpy: '2' });
    const b = locks('c2', { along: '2', numpy: '1' });
    // The lines of the lock conflict: the lock is made anew, so that is nobody's matter.
    expect(meet(a, b, ['requirements.lock'])).toBeUndefined();
  });

  it('is nothing where two want the same', () => {
    expect(meet(locks('c1', { along: '1', numpy: '2' }), locks('c2', { along: '1', numpy: '2' }), [])).toBeUndefined();
  });

  it('asks a person where both are about one package, and nobody where it only moved along', () => {
    const about = meet(locks('c1', { along: '1', numpy: '2' }), locks('c2', { along: '1', numpy: '3' }), []);
    expect(about).toEqual({
      ...{ first: 'c1', second: 'c2', textual: [], advice: 'person' },
      semantic: [{ fact: 'package:numpy', first: '2', second: '3' }],
    });
    const along = meet(locks('c1', { along: '2', numpy: '1' }), locks('c2', { along: '3', numpy: '1' }), []);
    expect(along).toMatchObject({ advice: 'regenerate', semantic: [{ fact: 'package:along' }] });
  });

  it('has the second made again where both edit the same lines', () => {
    const [a, b] = [one('c1', { 'docs/x.md': ['a', 'b'] }), one('c2', { 'docs/x.md': ['a', 'c'] })];
    expect(meet(a, b, ['docs/x.md'])).toMatchObject({ advice: 'again', textual: ['docs/x.md'], semantic: [] });
    // Different lines of one file merge: nothing to tell.
    expect(meet(a, b, [])).toBeUndefined();
  });

  it.each([
    [
      'orchestrate.yaml',
      'service: { port: 8188 }',
      'service: { port: 8189 }',
      'service: { port: 8190 }',
      'config:service.port',
    ],
    [
      'orchestrate.yaml',
      'service: { args: [] }',
      'service: { args: [--cpu] }',
      'service: { args: [--cpu=1] }',
      'flag:--cpu',
    ],
    ['extra_model_paths.yaml', 'a: { b: c }', 'a: { b: d }', 'a: { b: e }', 'model-path:a/b'],
    ['workflows/w.json', '{}', '{"1":1}', '{"2":2}', 'workflow:w.json'],
  ])('asks a person about %s', (path, base, mine, other, fact) => {
    const met = meet(one('c1', { [path]: [base, mine] }), one('c2', { [path]: [base, other] }), []);
    expect(met).toMatchObject({ advice: 'person' });
    expect(met?.semantic.map((fight) => fight.fact)).toContain(fact);
  });

  it('tells it in one line', () => {
    const met = meet(locks('c1', { along: '1', numpy: '2' }), locks('c2', { along: '1', numpy: '3' }), ['docs/x.md']);
    expect(met && meetText(met)).toBe('package numpy, lines of docs/x.md');
  });
});

describe('touchedByBoth', () => {
  it('leaves out what is between one of them and the branch, and knows a folder where the other has a file', () => {
    const a = one('c1', { 'docs/x': ['a', 'b'], 'docs/y': ['a', 'b'] });
    const b = one('c2', { 'docs/x/inside': [null, 'c'] });
    expect(touchedByBoth(['docs/x', 'docs/y'], a, b)).toEqual(['docs/x']);
  });
});

describe('the words', () => {
  it.each([
    ['package:torch', 'package torch'],
    ['config:service.port', 'the setting service.port'],
    ['model-path:a/b', 'the model path a/b'],
    ['path:docs/x.md', 'docs/x.md'],
    ['port:8190', 'port 8190'],
  ])('of %s', (fact, text) => expect(factText(fact)).toBe(text));

  it.each([
    ['package:torch', 'asks torch==2.11', 'torch==2.11'],
    ['package:torch', 'locked 2.11 torch/cu128 abc', '2.11'],
    ['package:torch', 'asks nothing', ''],
    ['component:x', `${'a'.repeat(40)} {…}`, 'aaaaaaa'],
    ['component:x', `files ${'b'.repeat(40)} {…}`, 'files bbbbbbb'],
    ['config:a', 'x'.repeat(100), `${'x'.repeat(59)}…`],
    ['workflow:w.json', '100644 abc', 'another text'],
    ['workflow:w.json', '', ''],
  ])('of %s as %s', (fact, value, text) => expect(valueText(fact, value)).toBe(text));
});
