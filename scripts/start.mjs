// Builds what is not current, then runs the command line or the demonstration in this process.
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { ensureBuilt } from './build.mjs';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const PROGRAMS = { cli: 'bin/orchestrate.cjs', demo: 'demo/run.ts' };

const [node, , what, ...args] = process.argv;
const program = path.join(ROOT, PROGRAMS[what]);
await ensureBuilt();
process.argv = [node, program, ...args];
if (!fs.existsSync(program)) {
  process.stderr.write(`orchestrate: ${PROGRAMS[what]} is not in this copy\n`);
  process.exitCode = 1;
} else if (what === 'cli') createRequire(import.meta.url)(program);
else await import(pathToFileURL(program).href);
