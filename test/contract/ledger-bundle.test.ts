import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';
import { expect, it } from 'vitest';

import { makeStateDir } from './support/state-dir.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

it('writes in a worker also when it is bundled, in a file of its own', async () => {
  const place = makeStateDir();
  const dist = join(place.dir, 'dist');
  const bundle = (name: string, from: string, format: 'cjs' | 'esm'): Promise<unknown> =>
    build({
      absWorkingDir: root,
      entryPoints: [from],
      outfile: join(dist, name),
      bundle: true,
      format,
      platform: 'node',
      target: 'node24',
    });
  await bundle('ledger-child.mjs', 'test/contract/support/ledger-child.ts', 'esm');
  await bundle('ledger.worker.cjs', 'src/adapters/sqlite/ledger.worker.ts', 'cjs');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [join(dist, 'ledger-child.mjs'), 'request', place.dir, '2', 'worker'],
    { encoding: 'utf8' },
  );
  expect([stdout, stderr]).toEqual(['{"id":1}\n{"id":2}\n', '']);
  // It ended by itself and tidied up behind itself.
  expect(existsSync(join(place.dir, 'ledger.db-wal'))).toBe(false);
  await place.remove();
});
