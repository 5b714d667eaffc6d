import { existsSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

const generator = new URL('../../scripts/generate.mjs', import.meta.url).href;

describe('the generated indexes', () => {
  it('are those that `npm run build` writes', async () => {
    expect(existsSync(new URL(generator))).toBe(true);
    const { findStale } = (await import(generator)) as { findStale: () => Promise<readonly string[]> };
    expect(await findStale()).toEqual([]);
  });
});
