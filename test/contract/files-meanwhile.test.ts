import { mkdirSync } from 'node:fs';
import type * as fsPromises from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it, vi } from 'vitest';

import { createFiles } from '../../src/adapters/files/files.ts';
import { tempFolder } from './support/temp-folder.ts';

/** What another process does as soon as a folder was looked for in vain. */
let meanwhile = (): void => {};

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof fsPromises>();
  const readdir = (dir: string): Promise<string[]> =>
    real.readdir(dir).catch((error: unknown) => {
      meanwhile();
      throw error;
    });
  return { ...real, readdir };
});

it('lists a folder that another process makes at this very moment', async () => {
  const dir = join(tempFolder(), 'tmp');
  expect(await createFiles().list(dir)).toEqual([]);
  meanwhile = () => mkdirSync(join(dir, 'one'), { recursive: true });
  expect(await createFiles().list(dir)).toEqual(['one']);
});
