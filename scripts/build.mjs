// Bundles src/bin.ts and every worker and helper program into dist/. `--clean` leaves nothing else there (for a package).
import * as fs from 'node:fs';
import * as path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import { build as bundle } from 'esbuild';

import { bundleProgram } from './bundle.mjs';
import { generate } from './generate.mjs';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const DIST = path.join(ROOT, 'dist');
const STAMP = path.join(DIST, '.stamp');
/** What the bundle is made from; the script `orchestrate` has the same list. */
const INPUTS = [
  'src',
  'demo',
  'package.json',
  'package-lock.json',
  'scripts/build.mjs',
  'scripts/bundle.mjs',
  'scripts/generate.mjs',
];
/** What the program of drills makes an installation from, and where it looks for it. */
const DRILL_DATA = {
  comfyui: 'demo/comfyui',
  packs: 'demo/packs',
  sources: 'demo/wheel/sources',
  breaks: 'demo/wheel/breaks',
};
/** A running program may still start a worker of an older build: old files stay this long. */
const KEEP_OLD_FILES_MS = 24 * 60 * 60 * 1000;

if (process.argv[1] === fileURLToPath(import.meta.url)) await build({ isClean: process.argv.includes('--clean') });

/** Builds unless dist/ is newer than everything that it is made from. */
export async function ensureBuilt() {
  if (isBuilt()) return;
  process.stderr.write('orchestrate: building\n');
  await build();
}

/** Builds dist/. Each file is replaced as a whole, so builds may run at once and beside a running program. */
export async function build({ isClean = false } = {}) {
  await generate();
  // A file that changes from now on is newer than the build. Whole milliseconds, so not before what was just written.
  const startedAt = new Date(Date.now() + 1);
  const result = await bundleProgram({ outdir: 'dist' });
  fs.mkdirSync(DIST, { recursive: true });
  const licenses = { path: path.join(DIST, 'LICENSES.txt'), contents: Buffer.from(licensesOf(result.metafile)) };
  const files = [...result.outputFiles, licenses];
  for (const file of files) replaceFile(file.path, file.contents);
  const drill = await buildDrill();
  removeOld(DIST, new Set([STAMP, ...files.map((file) => file.path), ...drill]), isClean);
  replaceFile(STAMP, '');
  fs.utimesSync(STAMP, startedAt, startedAt);
}

/**
 * Puts the program that makes drills of emergencies beside the bundle, as a program of its own: nothing in src/ imports it. It is bundled
 * since Node runs no TypeScript below node_modules. Returns the paths of its files.
 */
async function buildDrill() {
  const into = path.join(DIST, 'demo');
  const { outputFiles } = await bundle({
    absWorkingDir: ROOT,
    entryPoints: ['demo/drill.ts'],
    // What can be run by itself in a clone is a part of another program here.
    define: { 'import.meta.main': 'false' },
    outfile: 'dist/demo/drill.js',
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
  });
  fs.mkdirSync(into, { recursive: true });
  const written = [];
  for (const [name, from] of Object.entries(DRILL_DATA)) {
    const source = path.join(ROOT, from);
    for (const item of fs.readdirSync(source, { recursive: true, withFileTypes: true })) {
      if (!item.isFile() || item.parentPath.includes('__pycache__')) continue;
      const file = path.join(item.parentPath, item.name);
      const to = path.join(into, name, path.relative(source, file));
      fs.mkdirSync(path.dirname(to), { recursive: true });
      replaceFile(to, fs.readFileSync(file));
      written.push(to);
    }
  }
  for (const file of outputFiles) replaceFile(file.path, file.contents);
  return [...written, ...outputFiles.map((file) => file.path)];
}

function isBuilt() {
  if (!fs.existsSync(STAMP)) return false;
  const builtAt = fs.statSync(STAMP).mtimeMs;
  return INPUTS.every((input) => newestIn(path.join(ROOT, input)) <= builtAt);
}

function newestIn(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...fs.readdirSync(file).map((name) => newestIn(path.join(file, name))));
}

function replaceFile(file, contents) {
  if (fs.existsSync(file) && fs.readFileSync(file).equals(Buffer.from(contents))) {
    const now = new Date();
    fs.utimesSync(file, now, now);
    return;
  }
  const temporary = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, contents);
  fs.renameSync(temporary, file);
}

/** Removes what is not of this build, also in folders that have something of it: what is old, or all of it. Paths are absolute. */
export function removeOld(dir, current, isClean) {
  for (const name of fs.readdirSync(dir)) {
    const file = path.join(dir, name);
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (current.has(file) || stat === undefined) continue;
    if (stat.isDirectory() && [...current].some((one) => one.startsWith(`${file}${path.sep}`)))
      removeOld(file, current, isClean);
    else if (isClean || Date.now() - stat.mtimeMs > KEEP_OLD_FILES_MS)
      fs.rmSync(file, { recursive: true, force: true });
  }
}

/** The licences of the bundled packages ask to be shipped with them. */
function licensesOf(metafile) {
  const dirs = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match !== null) dirs.add(match[1]);
  }
  return [...dirs]
    .sort()
    .map((dir) => {
      const { name, version, license } = JSON.parse(fs.readFileSync(path.join(ROOT, dir, 'package.json'), 'utf8'));
      const file = fs.readdirSync(path.join(ROOT, dir)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
      const text = file === undefined ? '' : `\n${fs.readFileSync(path.join(ROOT, dir, file), 'utf8').trim()}\n`;
      return `${name} ${version} (${license ?? 'see its text'})\n${text}`;
    })
    .join(`\n${'-'.repeat(80)}\n`);
}
