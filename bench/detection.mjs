// How long it takes until a production that died, and one whose queue stands still, is told, at default settings: real processes of the
// demonstration, from the act to the row of the journal. A limit each: 5 s and 60 s.
//
//   node scripts/launch.mjs exec node bench/detection.mjs [--times 3] [--json]     (Linux only)
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { ensureBuilt } from '../scripts/build.mjs';
import { install, must, serve, takeAway } from './place/installation.mjs';

const LIMITS_MS = { died: 5_000, hung: 60_000 };

const { values: options } = parseArgs({
  options: { times: { type: 'string', default: '3' }, json: { type: 'boolean', default: false } },
});

async function measure(nTimes) {
  await ensureBuilt();
  const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'orc-d-')));
  const place = await install(dir);
  const faults = path.join(dir, 'faults');
  readsFaults(place.cwd, faults);
  const serving = await serve(dir, place);
  try {
    const took = { died: [], hung: [] };
    must(['service', 'restart', '--now'], place);
    for (let n = 0; n < nTimes; n += 1) {
      const { pid } = JSON.parse(must(['service', 'status', '--json'], place));
      // At another place of the round each time.
      await wait(700 * n);
      took.died.push(await until(dir, 'service.judged', () => process.kill(pid, 'SIGKILL')));
      must(['service', 'start'], place);
    }
    fs.writeFileSync(faults, 'hang-queue\n');
    took.hung.push(await until(dir, 'service.hung', () => postPrompt(place.port)));
    fs.rmSync(faults);
    tell(took);
  } finally {
    await serving.end();
    takeAway(dir, place);
  }
}

/** Production reads what strikes it from a file, from its next start on. */
function readsFaults(home, file) {
  const config = path.join(home, 'orchestrate.yaml');
  const text = fs.readFileSync(config, 'utf8');
  if (!text.includes('- --cpu')) throw new Error('orchestrate.yaml has no --cpu');
  fs.writeFileSync(config, text.replace('- --cpu', `- --cpu\n    - --faults\n    - ${file}`));
  const as = { ...process.env, GIT_AUTHOR_NAME: 'bench', GIT_AUTHOR_EMAIL: 'b@example.invalid' };
  const author = { ...as, GIT_COMMITTER_NAME: 'bench', GIT_COMMITTER_EMAIL: 'b@example.invalid' };
  const { status } = spawnSync('git', ['-C', home, 'commit', '--quiet', '--all', '-m', 'faults'], { env: author });
  if (status !== 0) throw new Error(`git commit ended with ${status}`);
}

async function postPrompt(port) {
  const inputs = { width: 64, height: 64, batch_size: 1, color: 255 };
  const prompt = {
    1: { class_type: 'EmptyImage', inputs },
    2: { class_type: 'SaveImage', inputs: { filename_prefix: 'bench', images: ['1', 0] } },
  };
  const answer = await fetch(`http://127.0.0.1:${port}/prompt`, { method: 'POST', body: JSON.stringify({ prompt }) });
  if (answer.status !== 200) throw new Error(`the prompt was answered with ${answer.status}`);
}

/** Milliseconds from the act to the first row of the kind after it. */
async function until(dir, kind, act) {
  const [id] = fs.readdirSync(path.join(dir, 'state/orchestrate')).filter((name) => /^[0-9a-f]{8}$/.test(name));
  const db = new DatabaseSync(path.join(dir, 'state/orchestrate', id, 'ledger.db'), {
    readOnly: true,
    timeout: 10_000,
  });
  try {
    const newest = db.prepare('SELECT max(seq) AS seq FROM journal WHERE kind = ?');
    const before = newest.get(kind).seq;
    await act();
    const startedMs = performance.now();
    while (newest.get(kind).seq === before) {
      if (performance.now() - startedMs > 120_000) throw new Error(`no ${kind} in two minutes`);
      await wait(20);
    }
    return performance.now() - startedMs;
  } finally {
    db.close();
  }
}

function tell(took) {
  const longest = { died: Math.max(...took.died), hung: Math.max(...took.hung) };
  const seconds = (ms) => `${(ms / 1_000).toFixed(1)} s`;
  if (options.json) console.log(JSON.stringify(took));
  else {
    console.log(`a dead service is told in at most  ${seconds(longest.died)} (limit 5 s, of ${took.died.length})`);
    console.log(`a hung queue is told in            ${seconds(longest.hung)} (limit 60 s)`);
  }
  for (const [what, limitMs] of Object.entries(LIMITS_MS)) {
    if (longest[what] <= limitMs) continue;
    console.error(`${what}: told after ${seconds(longest[what])}, later than ${seconds(limitMs)}`);
    process.exitCode = 1;
  }
}

if (process.platform === 'linux') await measure(Number(options.times));
else console.log('Only on Linux: elsewhere there is no process to be watched in the same way.');
