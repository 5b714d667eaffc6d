// Runs every bench one after the other and passes their output through. Each prints ratios against a limit or peer of the same run.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const folder = import.meta.dirname;
const wanted = process.argv.slice(2);
const benches = readdirSync(folder).filter((name) => name.endsWith('.mjs') && name !== 'run.mjs');
const unknown = wanted.filter((name) => !benches.includes(`${name}.mjs`));
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(', ')}; there are: ${benches.map((name) => name.slice(0, -4)).join(', ')}`);
  process.exit(2);
}
let nFailed = 0;
for (const name of benches) {
  if (wanted.length > 0 && !wanted.includes(name.slice(0, -4))) continue;
  console.log(`\n# ${name.slice(0, -4)}`);
  const { status } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(folder, name)], {
    stdio: 'inherit',
  });
  if (status !== 0) nFailed += 1;
}
process.exitCode = nFailed === 0 ? 0 : 1;
