import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { build } from 'esbuild';

import { mutate, type Mutation } from './fault-program.ts';

const root = join(import.meta.dirname, '..', '..');

/** Loads modules as one, with everything that they import, without a defence: the control of a case. Paths are from the root. */
export async function loadMutant<Module>(files: readonly string[], mutations: readonly Mutation[]): Promise<Module> {
  const dir = mkdtempSync(join(tmpdir(), 'orc-mutant-'));
  try {
    const outfile = join(dir, 'mutant.mjs');
    await build({
      absWorkingDir: root,
      stdin: {
        contents: files.map((file) => `export * from './${file}';`).join('\n'),
        resolveDir: root,
        loader: 'ts',
      },
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      logLevel: 'warning',
      banner: {
        js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      },
      plugins: [mutate(mutations)],
    });
    return (await import(pathToFileURL(outfile).href)) as Module;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
