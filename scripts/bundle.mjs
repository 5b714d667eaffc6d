// Bundles the program: one CommonJS file per entry, which begins sooner than modules that have to be found one by one.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** bin.cjs answers help and status by itself and loads wire.cjs for the rest. */
const wireApart = {
  name: 'wire-apart',
  setup: (one) =>
    one.onResolve({ filter: /\/wire\.ts$/ }, ({ kind }) =>
      kind === 'entry-point' ? undefined : { path: './wire.cjs', external: true },
    ),
};

/**
 * Returns esbuild's result for `bin.cjs`, `wire.cjs` and every worker and helper program in `outdir`; nothing is written. The tests
 * bundle the same way, with plugins that take a defence away.
 */
export function bundleProgram({ outdir, plugins = [] }) {
  return build({
    absWorkingDir: ROOT,
    entryPoints: findEntryPoints(),
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    // To import a CommonJS file is to read it twice: once for the names that it exports.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': '__fileUrl' },
    banner: { js: "const __fileUrl = require('node:url').pathToFileURL(__filename).href;" },
    plugins: [wireApart, ...plugins],
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    write: false,
  });
}

function findEntryPoints() {
  const entryPoints = { bin: 'src/bin.ts', wire: 'src/wire.ts' };
  for (const file of fs.globSync('src/adapters/**/*.{worker,helper}.ts', { cwd: ROOT }).sort()) {
    const name = path.basename(file, '.ts');
    if (entryPoints[name] !== undefined) throw new Error(`two entry points are named ${name}`);
    entryPoints[name] = file;
  }
  return entryPoints;
}
