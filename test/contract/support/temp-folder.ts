import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll } from 'vitest';

import { removeTree } from '../../../src/adapters/files/remove-tree.ts';

/** Makes a folder that is removed after the tests of the file. */
export function tempFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'orchestrate-contract-')));
  afterAll(() => removeTree(folder));
  return folder;
}
