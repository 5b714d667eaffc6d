import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { matchesAny } from '../../../../src/domain/definitions/match-path.ts';
import { findOverlaps, patternsOverlap } from '../../../../src/domain/scale/scope-overlap.ts';
import { findUnmatched } from '../../../../src/domain/scale/unmatched-scope.ts';

describe('two patterns', () => {
  it.each([
    ['ops/**', 'ops/alerts/*.yaml', true],
    ['ops/**', 'ops', false],
    ['requirements.*', 'requirements.in', true],
    ['*.yaml', 'docs/*.yaml', false],
    ['**', 'anything/at/all', true],
    ['docs/**/index.md', 'docs/index.md', true],
    ['a*c/**', 'ab*/x', true],
    ['a/*/c', 'a/b/d', false],
  ])('%s and %s meet: %s', (a, b, meets) => {
    expect(patternsOverlap(a, b)).toBe(meets);
    expect(patternsOverlap(b, a)).toBe(meets);
  });

  it('meet wherever one path lies in both', () => {
    const segment = fc.constantFrom('a', 'b', 'ab', '*', 'a*', '*b', '**');
    const pattern = fc.array(segment, { minLength: 1, maxLength: 4 }).map((all) => all.join('/'));
    const path = fc
      .array(fc.constantFrom('a', 'b', 'ab', 'aab'), { minLength: 1, maxLength: 5 })
      .map((all) => all.join('/'));
    const missed = fc.check(
      fc.property(pattern, pattern, path, (one, other, at) => {
        const isInBoth = matchesAny([one], at) && matchesAny([other], at);
        return !isInBoth || patternsOverlap(one, other);
      }),
      { numRuns: 2_000 },
    );
    expect(missed.counterexample).toBeNull();
  });
});

it('names both trees that own the same paths', () => {
  const [found, ...others] = findOverlaps([
    { id: 'b', scope: ['docs/b/**', 'ops/**'] },
    { id: 'a', scope: ['ops/alerts/**'] },
    { id: 'c', scope: ['c/**'] },
  ]);
  expect(others).toEqual([]);
  expect(found).toMatchObject({ trees: ['a', 'b'], patterns: ['ops/alerts/**', 'ops/**'] });
});

it('says which pattern matches nothing, and what was perhaps meant', () => {
  expect(findUnmatched(['workflow/**', 'ops/**'], ['workflows/a.json', 'readme'])).toEqual([
    { pattern: 'workflow/**', nearest: 'workflows' },
    { pattern: 'ops/**', nearest: null },
  ]);
});
