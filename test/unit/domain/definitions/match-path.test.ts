import { performance } from 'node:perf_hooks';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { matchesAny, scopePatternProblem } from '../../../../src/domain/definitions/match-path.ts';

describe('matchesAny', () => {
  it.each([
    ['requirements.in', 'requirements.in', true],
    ['requirements.in', 'requirements.in.bak', false],
    ['requirements.in', 'sub/requirements.in', false],
    ['requirements.in', 'Requirements.in', false],
    ['docs/**', 'docs/a.md', true],
    ['docs/**', 'docs/a/b/c.md', true],
    ['docs/**', 'docs', false],
    ['docs/**', 'docs2/a.md', false],
    ['docs/**', 'docs/.hidden', true],
    ['docs/*', 'docs/a.md', true],
    ['docs/*', 'docs/a/b.md', false],
    ['docs/*.md', 'docs/a.md', true],
    ['docs/*.md', 'docs/.md', true],
    ['docs/a*c*e', 'docs/abcde', true],
    ['docs/a*c*e', 'docs/abcd', false],
    ['**/x.md', 'x.md', true],
    ['**/x.md', 'a/b/x.md', true],
    ['a/**/z', 'a/z', true],
    ['a/**/z', 'a/b/c/z', true],
    ['a/**/z', 'a/b/c', false],
    ['**', 'anything/at/all', true],
    ['docs/**', 'docs/../secret', false],
    ['docs/**', '/docs/a', false],
    ['docs/**', 'docs//a', false],
    ['**', '', false],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(matchesAny([pattern], path)).toBe(expected);
  });

  it('agrees with a regular expression of the same meaning', () => {
    const segment = fc.stringMatching(/^[ab*]{1,4}$/).map((text) => text.replace(/\*+/g, '*'));
    const pattern = fc.array(fc.oneof(segment, fc.constant('**')), { minLength: 1, maxLength: 5 });
    const path = fc.array(fc.stringMatching(/^[ab]{1,3}$/), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(pattern, path, (parts, segments) => {
        const text = segments.join('/');
        expect(matchesAny([parts.join('/')], text)).toBe(asRegExp(parts).test(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('ends soon whatever the pattern', () => {
    const start = performance.now();
    expect(matchesAny([`${'*a'.repeat(100)}b`], 'a'.repeat(5000))).toBe(false);
    expect(matchesAny([`${'**/a/'.repeat(100)}b`], Array.from({ length: 2000 }, () => 'a').join('/'))).toBe(false);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('scopePatternProblem', () => {
  it.each(['requirements.in', 'docs/**', 'a/*.yaml', '**/x', '.github/workflows/*'])('takes %s', (pattern) => {
    expect(scopePatternProblem(pattern)).toBeUndefined();
  });

  it.each([
    '',
    '/abs',
    'C:/x',
    'a/../b',
    '..',
    './a',
    'a//b',
    'a/',
    'a**',
    'a/**b/c',
    'a\\b',
    'a?',
    '[ab]',
    '{a,b}',
    '!a',
    '.git/**',
    'x/.GIT/config',
    '.orchestrate/**',
    'a\u0000b',
    'x'.repeat(401),
  ])('refuses %j', (pattern) => {
    expect(scopePatternProblem(pattern)).toEqual(expect.any(String));
  });
});

function asRegExp(parts: readonly string[]): RegExp {
  const last = parts.length - 1;
  const source = parts.map((part, index) => {
    if (part === '**') return index === last ? '[^/]+(?:/[^/]+)*' : '(?:[^/]+/)*';
    return part.replaceAll('*', '[^/]*') + (index === last ? '' : '/');
  });
  return new RegExp(`^${source.join('')}$`);
}
