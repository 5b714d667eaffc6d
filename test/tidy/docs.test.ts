import { existsSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

const generator = new URL('../../scripts/docs.mjs', import.meta.url).href;

describe('help and reference pages', () => {
  it('are those that `npm run docs` writes', async () => {
    expect(existsSync(new URL(generator))).toBe(true);
    const { findStaleDocs } = (await import(generator)) as { findStaleDocs: () => Promise<readonly string[]> };
    expect(await findStaleDocs()).toEqual([]);
  });
});
