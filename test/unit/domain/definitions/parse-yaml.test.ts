import { performance } from 'node:perf_hooks';

import { describe, expect, it } from 'vitest';

import { MAX_YAML_SIZE, parseYaml } from '../../../../src/domain/definitions/parse-yaml.ts';
import { faultOf } from './shown-fault.ts';

const parse = (text: string): unknown => parseYaml({ file: 'a.yaml', text }).value;

describe('parseYaml', () => {
  it.each([
    ['', null],
    ['# nothing\n', null],
    ['a: 1\nb: [x, y]\n', { a: 1, b: ['x', 'y'] }],
    [
      'a: yes\nb: on\nc: 010\nd: 1_000\ne: 2026-01-01\nf: ~\n',
      { a: 'yes', b: 'on', c: 10, d: '1_000', e: '2026-01-01', f: null },
    ],
    ['a: true\nb: 0x10\nc: 1.5\nd: null\n', { a: true, b: 16, c: 1.5, d: null }],
    ['1: one\nnull: none\n', { 1: 'one', null: 'none' }],
    ['\uFEFFa: 1\n', { a: 1 }],
    ['---\na: |\n  two\n  lines\n...\n', { a: 'two\nlines\n' }],
    ['a: b\r\nc: d\r\n', { a: 'b', c: 'd' }],
    ['a: "\\u00e9 \u{1F600}"', { a: 'é \u{1F600}' }],
  ])('reads %j', (text, value) => {
    expect(parse(text)).toEqual(value);
  });

  it.each([
    ['an alias', 'a: &x [1]\nb: *x', 1, 4],
    ['an alias alone', 'a: *x', 1, 4],
    ['an alias bomb', 'a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]', 1, 4],
    ['an anchor alone', 'a:\n  - &x 1', 2, 5],
    ['a merge key', 'a: 1\n<<: {b: 2}', 2, 1],
    ['a tag', 'a: !!str 1', 1, 4],
    ['a tag of a language', 'a: !!python/object:os.system x', 1, 4],
    ['a tag on a key', '!!str a: 1', 1, 7],
    ['a directive', '%YAML 1.1\n---\na: 1', 1, 1],
    ['a second document', 'a: 1\n---\nb: 2', 2, 1],
    ['a key twice', 'a: 1\nb: 2\na: 3', 3, 1],
    ['a key twice in braces', 'a: {b: 1, b: 2}', 1, 11],
    ['__proto__', 'a: 1\n__proto__: {x: 1}', 2, 1],
    ['constructor', 'a: {constructor: 1}', 1, 5],
    ['prototype in disguise', '"proto\\x74ype": 1', 1, 1],
    ['a list as a key', '? [a]\n: 1', 1, 3],
    ['infinity', 'a: .inf', 1, 4],
    ['not a number', 'a: .nan', 1, 4],
    ['a number that is too large', 'a: 1e400', 1, 4],
    ['a number that loses digits', 'a: 12345678901234567890', 1, 4],
    ['half a surrogate pair', 'a: \uD800', 1, 4],
    ['half a surrogate pair as an escape', 'a: "\\ud800"', 1, 4],
    ['bytes that were not UTF-8', 'a: caf\uFFFD', 1, 7],
    ['a NUL', 'a: b\u0000', 1, 5],
    ['a NUL as an escape', 'a: "b\\0"', 1, 4],
    ['an open bracket', 'a: [1, 2\nb: 3', 1, 4],
    ['an open quote', 'a: "b\nc: d\n', 1, 4],
    ['a tab', 'a:\n\tb: 1', 2, 1],
  ])('refuses %s', (_, text, line, column) => {
    const { code, at } = faultOf(() => parse(text));
    expect({ code, line: at?.line, column: at?.column }).toEqual({ code: 'DEFINITION_SYNTAX', line, column });
  });

  it('leaves every other object as it was', () => {
    for (const key of ['__proto__', 'constructor', 'prototype']) faultOf(() => parse(`${key}: {polluted: 1}`));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('gives the code that the caller asked for', () => {
    const text = 'a: *x';
    expect(faultOf(() => parseYaml({ file: 'orchestrate.yaml', text }, { code: 'CONFIG_INVALID' })).code).toBe(
      'CONFIG_INVALID',
    );
  });

  it.each([
    ['brackets', (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`],
    ['braces', (depth: number) => `${'{a: '.repeat(depth)}x${'}'.repeat(depth)}`],
    ['dashes', (depth: number) => `${'- '.repeat(depth)}x`],
    ['lines', (depth: number) => Array.from({ length: depth }, (_, n) => `${' '.repeat(n)}a:\n`).join('')],
  ])('reads 32 levels of %s and refuses 33', (_, nested) => {
    expect(() => parse(nested(32))).not.toThrow();
    expect(faultOf(() => parse(nested(33))).message).toMatch(/nested too deeply/);
  });

  it('refuses a text above 256 KiB without parsing it', () => {
    expect(faultOf(() => parse(`a: ${'x'.repeat(MAX_YAML_SIZE)}`)).message).toMatch(/larger than 256 KiB/);
  });

  it.each([
    ['brackets', '['.repeat(100_000)],
    ['dashes', '- '.repeat(50_000)],
    ['keys', Array.from({ length: 6000 }, (_, n) => `k${n % 5999}: 1\n`).join('')],
    ['quotes', `a: ${'"'.repeat(80_000)}`],
    ['tags', '!a '.repeat(25_000)],
    ['staircase', Array.from({ length: 700 }, (_, n) => `${' '.repeat(n)}a:\n`).join('')],
  ])('ends soon with hostile %s', (_, text) => {
    const start = performance.now();
    const fault = faultOf(() => parse(text));
    expect(fault.code).toBe('DEFINITION_SYNTAX');
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('the locator', () => {
  const { locate } = parseYaml({ file: 'a.yaml', text: '# comment\nsteps:\n  - id: a\n    a/b: [x, yy]\n  - id: b\n' });

  it('finds keys and values', () => {
    expect(locate.key(['steps', 0, 'a/b'])).toMatchObject({ line: 4, column: 5, text: '    a/b: [x, yy]' });
    expect(locate.value(['steps', 0, 'a/b', 1])).toMatchObject({ line: 4, column: 14 });
    expect(locate.value(['steps', 1])).toMatchObject({ file: 'a.yaml', line: 5, column: 5 });
  });

  it('gives the nearest parent of what is absent', () => {
    expect(locate.value(['steps', 1, 'needs', 0])).toMatchObject({ line: 5, column: 5 });
    expect(locate.value(['agents'])).toMatchObject({ line: 2, column: 1 });
  });
});
