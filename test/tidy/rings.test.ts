import { globSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import config from '../../vitest.config.ts';

describe('the rings of the test suite', () => {
  it('hold every test, so that none is forgotten', () => {
    const tests = globSync('test/**/*.test.ts', { cwd: fileURLToPath(new URL('../../', import.meta.url)) });
    expect(tests).toContain('test/tidy/rings.test.ts');
    expect(tests.filter((file) => !patterns().some((pattern) => matchesGlob(file, pattern)))).toEqual([]);
  });
});

function patterns(): readonly string[] {
  return (config.test?.projects ?? []).flatMap((project) =>
    typeof project === 'object' && 'test' in project ? (project.test?.include ?? []) : [],
  );
}
