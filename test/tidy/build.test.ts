import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const builder = new URL('../../scripts/build.mjs', import.meta.url).href;
const { removeOld } = (await import(builder)) as {
  removeOld: (dir: string, current: ReadonlySet<string>, isClean: boolean) => void;
};

describe('what is left in dist/ after a build', () => {
  let dist: string;
  const place = (name: string): string => join(dist, name);
  beforeEach(() => {
    dist = mkdtempSync(join(tmpdir(), 'orc-dist-'));
    for (const name of [
      'wire.cjs',
      'gone.cjs',
      'demo/drill.js',
      'demo/packs/a.py',
      'demo/packs/gone.py',
      'demo/old/b',
    ]) {
      mkdirSync(dirname(place(name)), { recursive: true });
      writeFileSync(place(name), '');
    }
  });
  afterEach(() => rmSync(dist, { recursive: true, force: true }));
  const current = (): ReadonlySet<string> => new Set(['wire.cjs', 'demo/drill.js', 'demo/packs/a.py'].map(place));
  const left = (): readonly boolean[] =>
    ['wire.cjs', 'demo/drill.js', 'demo/packs/a.py', 'gone.cjs', 'demo/packs/gone.py', 'demo/old'].map((name) =>
      existsSync(place(name)),
    );

  it('for a package is what was built, in the folders of the demonstration too', () => {
    removeOld(dist, current(), true);
    expect(left()).toEqual([true, true, true, false, false, false]);
  });

  it('beside a running program is also what an older build wrote within a day', () => {
    const old = new Date(Date.now() - 25 * 3_600_000);
    utimesSync(place('demo/packs/gone.py'), old, old);
    removeOld(dist, current(), false);
    expect(left()).toEqual([true, true, true, true, false, true]);
  });
});
