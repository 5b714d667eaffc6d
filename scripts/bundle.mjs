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
 * `await import('./x.apart.ts')` reads `x.apart.cjs` when it is reached: a large package that most commands never need is not read by
 * them.
 */
const packagesApart = {
  name: 'packages-apart',
  setup: (one) =>
    one.onResolve({ filter: /\.apart\.ts$/ }, ({ kind, path: file }) =>
      kind === 'entry-point' ? undefined : { path: `./${path.basename(file, '.ts')}.cjs`, external: true },
    ),
};

/**
 * Returns esbuild's result for `bin.cjs`, `wire.cjs`, every worker and helper program and every package apart in `outdir`; nothing is
 * written. The tests bundle the same way, with plugins that take a defence away.
 */
export async function bundleProgram({ outdir, plugins = [] }) {
  const result = await build({
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
    plugins: [wireApart, packagesApart, ...plugins],
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    write: false,
  });
  for (const [file, { inputs }] of Object.entries(result.metafile.outputs))
    requirePackagesOnly(file, Object.keys(inputs));
  return result;
}

/** What an apart file shared with the program would be there twice: two classes `Fault`, of which neither knows the other's. */
function requirePackagesOnly(file, inputs) {
  if (!file.endsWith('.apart.cjs')) return;
  const own = inputs.filter((input) => input.startsWith('src/') && !input.endsWith('.apart.ts'));
  if (own.length > 0) throw new Error(`${file} holds ${own.join(', ')}: an apart file may import packages only`);
}

function findEntryPoints() {
  const entryPoints = { bin: 'src/bin.ts', wire: 'src/wire.ts' };
  const patterns = ['src/adapters/**/*.{worker,helper}.ts', 'src/**/*.apart.ts'];
  for (const file of fs.globSync(patterns, { cwd: ROOT }).sort()) {
    const name = path.basename(file, '.ts');
    if (entryPoints[name] !== undefined) throw new Error(`two entry points are named ${name}`);
    entryPoints[name] = file;
  }
  return entryPoints;
}
