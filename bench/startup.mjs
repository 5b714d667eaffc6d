// Process start of the bundle against `node -e 0` in the same run, interleaved: --help ≤ 1.15×, status ≤ 1.2×.
// Usage: node bench/startup.mjs [rounds, at least 15]. Prints medians and ratios; exits with 1 when a limit is missed.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import { ensureBuilt } from '../scripts/build.mjs';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const PROGRAM = path.join(ROOT, 'bin/orchestrate.cjs');
const LIMITS = { '--help': 1.15, status: 1.2 };
const LEAST_ROUNDS = 15;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { rows, missed } = await measureStartup({ rounds: Math.max(LEAST_ROUNDS, Number(process.argv[2] ?? 41)) });
  for (const row of rows) console.log(row);
  process.exitCode = missed.length === 0 ? 0 : 1;
}

/** Measures in one run; returns lines to print and the names of missed limits. */
export async function measureStartup({ rounds }) {
  await ensureBuilt();
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'orchestrate-startup-'));
  try {
    const env = await makeInstallation(dir);
    const cases = {
      'node -e 0': ['-e', '0'],
      '--help': [PROGRAM, '--help'],
      status: [PROGRAM, 'status'],
      '--version': [PROGRAM, '--version'],
      'runs list --help': [PROGRAM, 'runs', 'list', '--help'],
      'completion bash (everything loaded)': [PROGRAM, 'completion', 'bash'],
    };
    const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
    for (let round = -2; round < rounds; round += 1) {
      for (const [name, argv] of shuffled(Object.entries(cases), round)) {
        const ms = timed(argv, { env, cwd: path.join(dir, 'home') }, name);
        // The first rounds fill the compile cache and the page cache.
        if (round >= 0) times[name].push(ms);
      }
    }
    return summarise(times, rounds);
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

/** A home with the summary row that a supervisor would have left. */
async function makeInstallation(dir) {
  const env = {
    PATH: process.env.PATH,
    HOME: dir,
    XDG_STATE_HOME: path.join(dir, 'state'),
    XDG_CACHE_HOME: path.join(dir, 'cache'),
  };
  fs.mkdirSync(path.join(dir, 'home'), { recursive: true });
  fs.writeFileSync(path.join(dir, 'home/orchestrate.yaml'), '# Made for a measurement.\nid: startup\nname: startup\n');
  const [{ openLedger }, { createSystemClock }, { createDigest }] = await Promise.all([
    import('../src/adapters/sqlite/open-ledger.ts'),
    import('../src/adapters/clock/system-clock.ts'),
    import('../src/adapters/clock/digest.ts'),
  ]);
  const ledger = await openLedger({
    dir: path.join(env.XDG_STATE_HOME, 'orchestrate/startup'),
    clock: createSystemClock(),
    digest: createDigest(),
    mode: 'inline',
  });
  const supervisor = await ledger.acquire();
  const summary = {
    version: 1,
    name: 'startup',
    branch: 'main',
    head: null,
    isBusy: false,
    lines: ['one', 'two', 'three', 'four', 'five'],
    next: 'orchestrate doctor',
    seq: 0,
  };
  await ledger.append([{ kind: 'status.summarised', keys: ['status:summary'], data: { summary } }]);
  await supervisor.release();
  await ledger.close();
  return env;
}

function timed(argv, options, name) {
  const startedAt = process.hrtime.bigint();
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { ...options, encoding: 'utf8' });
  const ms = Number(process.hrtime.bigint() - startedAt) / 1e6;
  if (status !== 0 || (name !== 'node -e 0' && stdout === ''))
    throw new Error(`${name} ended with ${status}: ${stderr}`);
  if (name === 'status' && !stdout.startsWith('one\n'))
    throw new Error(`status did not take the quick path: ${stdout}`);
  return ms;
}

/** Another order in each round, so that nobody always comes after the same neighbour. */
function shuffled(list, round) {
  const at = ((round % list.length) + list.length) % list.length;
  const turned = [...list.slice(at), ...list.slice(0, at)];
  return round % 2 === 0 ? turned : turned.reverse();
}

function summarise(times, rounds) {
  const base = median(times['node -e 0']);
  const missed = [];
  const rows = Object.entries(times).map(([name, list]) => {
    const ratio = median(list) / base;
    const limit = LIMITS[name];
    if (limit !== undefined && ratio > limit) missed.push(name);
    const verdict = limit === undefined ? '' : ` (limit ${limit}${ratio > limit ? ', missed' : ''})`;
    return `${name.padEnd(38)} ${median(list).toFixed(1).padStart(6)} ms  ${ratio.toFixed(2)}×${verdict}`;
  });
  return { rows: [`process start, n=${rounds}, interleaved, Node ${process.version}`, ...rows], missed };
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
