// Builds, runs the rings of the test suite with vitest and ends with a line that any machine can read: `N passed, N failed`.
// `--ring=NAME` runs one ring that is not part of `npm test`; all other arguments go to vitest.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import { ensureAgentPrograms } from './agent-programs.mjs';
import { ensureBuilt } from './build.mjs';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const RINGS = ['unit', 'contract', 'scene'];

const rings = process.argv.slice(2).flatMap((arg) => (arg.startsWith('--ring=') ? [arg.slice('--ring='.length)] : []));
// npm takes the `--` away, the launcher called by hand does not; vitest would run everything after it.
const rest = process.argv.slice(2).filter((arg) => !arg.startsWith('--ring=') && arg !== '--');
await ensureBuilt();
if (rings.includes('external')) {
  process.env['ORCHESTRATE_AGENT_BIN'] = ensureAgentPrograms();
  // A run in which such a program works takes minutes.
  process.env['ORCHESTRATE_TEST_LIMIT_MS'] ??= '300000';
}

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'orchestrate-report-'));
try {
  const report = path.join(dir, 'report.json');
  const args = ['run', ...(rings.length > 0 ? rings : RINGS).flatMap((ring) => ['--project', ring])];
  args.push('--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...rest);
  const vitest = path.join(ROOT, 'node_modules/vitest/dist/cli.js');
  const env = process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: '1' };
  const stdio = ['ignore', 'inherit', 'inherit'];
  const { status } = spawnSync(process.execPath, [vitest, ...args], { cwd: ROOT, env, stdio });
  const { nPassed, nFailed } = count(report, status === 0);
  if (nPassed + nFailed === 0) console.log('no test ran: no file fits what was asked for');
  console.log(`${nPassed} passed, ${nFailed} failed`);
  process.exitCode = status === 0 && nPassed > 0 && nFailed === 0 ? 0 : 1;
} finally {
  fs.rmSync(dir, { recursive: true, force: true });
}

function count(report, isGood) {
  if (!fs.existsSync(report)) return { nPassed: 0, nFailed: isGood ? 0 : 1 };
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(fs.readFileSync(report, 'utf8'));
  // A file that cannot be loaded has no tests; it failed all the same.
  const nBrokenFiles = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const nFailed = numFailedTests + nBrokenFiles;
  return { nPassed: numPassedTests, nFailed: isGood ? nFailed : Math.max(nFailed, 1) };
}
