// The conflict matrix: one git process for all pairs against one bare `git merge-tree` per pair, interleaved in one run.
//
//   node scripts/launch.mjs exec node bench/conflicts.mjs [--rounds 7] [--files 2000] [--changes 10,20,40] [--dir <scratch>] [--json]
//
// A third of the changes edit a line that another one edits, too. Prints medians and the ratio of one process to one per pair;
// asked is a ratio <= 0.25 from 20 changes on. The peer leaves what it merged in its repository; ours leaves nothing.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';

import { createTrustedStore } from '../src/adapters/git/trusted-store.ts';
import { createInProcessSpawner } from '../src/adapters/process/in-process-spawner.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    files: { type: 'string', default: '2000' },
    changes: { type: 'string', default: '10,20,40' },
    dir: { type: 'string', default: os.tmpdir() },
    json: { type: 'boolean', default: false },
  },
});
const GOAL = 0.25;
const dir = fs.mkdtempSync(path.join(options.dir, 'bench-conflicts-'));
const env = {
  PATH: process.env.PATH,
  HOME: dir,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  LC_ALL: 'C',
};
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

const gitDir = path.join(dir, 'store.git');
const store = createTrustedStore({
  gitDir,
  scratchDir: path.join(dir, 'scratch'),
  spawner: createInProcessSpawner(),
  searchPath: process.env.PATH,
});
const author = { name: 'bench', email: 'bench@example.com' };
const commit = (tree, parents) => store.commit({ tree, parents, message: 'bench\n', author, atSeconds: 0 });
const fileOf = (n) => `docs/${n % 40}/${n}.md`;

/** Asks bare git for one pair, as a script would. Returns whether it is clean. */
function bare(ours, theirs) {
  try {
    execFileSync('git', ['merge-tree', '--write-tree', '--no-messages', '--name-only', '-z', ours, theirs], {
      env: { ...env, GIT_DIR: gitDir },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return true;
  } catch (error) {
    if (error.status === 1) return false;
    throw error;
  }
}

async function measure(nChanges, first, base) {
  const trees = [];
  for (let n = 0; n < nChanges; n += 1) {
    const shared = n % 3 === 0 ? [[fileOf(n - (n % 6)), `shared by ${n}\n`]] : [];
    trees.push(await store.editTree(first, new Map([[fileOf(100 + n), `by ${n}\n`], ...shared])));
  }
  const commits = [];
  for (const tree of trees) commits.push(await commit(tree, [base]));
  const pairs = trees.flatMap((_, a) => trees.slice(a + 1).map((__, b) => [a, a + 1 + b]));
  const times = { one: [], each: [] };
  let nConflicts = 0;
  for (let round = -1; round < Number(options.rounds); round += 1) {
    let startMs = performance.now();
    const found = await store.conflictsOf(pairs.map(([a, b]) => ({ base: first, ours: trees[a], theirs: trees[b] })));
    const oneMs = performance.now() - startMs;
    startMs = performance.now();
    const peer = pairs.map(([a, b]) => bare(commits[a], commits[b]));
    const eachMs = performance.now() - startMs;
    if (found.some((paths, index) => (paths.length === 0) !== peer[index])) throw new Error('the two do not agree');
    nConflicts = found.filter((paths) => paths.length > 0).length;
    if (round < 0) continue;
    times.one.push(oneMs);
    times.each.push(eachMs);
  }
  const [oneMs, eachMs] = [median(times.one), median(times.each)];
  const ratio = oneMs / eachMs;
  return { nChanges, nPairs: pairs.length, nConflicts, oneMs, eachMs, ratio, isMet: nChanges < 20 || ratio <= GOAL };
}

try {
  await store.create();
  const files = Array.from({ length: Number(options.files) }, (_, n) => [
    fileOf(n),
    `file ${n}\n${'text\n'.repeat(40)}`,
  ]);
  const [empty] = [await store.writeTree([])];
  const first = await store.editTree(empty, new Map(files));
  const base = await commit(first, []);
  const report = [];
  for (const n of options.changes.split(',').map(Number)) report.push(await measure(n, first, base));
  if (options.json) console.log(JSON.stringify({ bench: 'conflicts', files: Number(options.files), report }));
  else {
    console.log(
      `conflict matrix: one process vs one per pair; ${options.files} files, medians of ${options.rounds} rounds`,
    );
    for (const one of report)
      console.log(
        `${String(one.nChanges).padStart(3)} changes, ${String(one.nPairs).padStart(4)} pairs, ${String(one.nConflicts).padStart(3)} conflicts  one process ${one.oneMs.toFixed(1).padStart(8)} ms  one per pair ${one.eachMs.toFixed(1).padStart(8)} ms  x${one.ratio.toFixed(3)}  ${one.isMet ? 'met' : 'MISSED'}`,
      );
  }
  process.exitCode = report.every((one) => one.isMet) ? 0 : 1;
} finally {
  await store.close();
  fs.rmSync(dir, { recursive: true, force: true });
}
