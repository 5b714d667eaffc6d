// One whole change, from slot to home's files, against bare git in bash (change-cycle.sh), interleaved in one run.
//
//   node scripts/launch.mjs exec node bench/change-cycle.mjs [--rounds 15] [--files 2000] [--repo <repository>] [--dir <scratch>] [--json]
//
// Prints medians, ratios to the script and git processes started per cycle. Asks of domain/performance.md: G1a fresh
// <= 1.10, G1b recycled <= 0.12 (<= 0.20 when the slot is cleaned first), G1c <= 4 short-lived git processes.
// Unlike the script, our side syncs every object, ref and file it writes, and keeps them in two repositories.
import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';

import { createHomeRepository } from '../src/adapters/git/home-repository.ts';
import { slotCacheKey } from '../src/adapters/git/slots.ts';
import { createTrustedStore } from '../src/adapters/git/trusted-store.ts';
import { createInProcessSpawner } from '../src/adapters/process/in-process-spawner.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    files: { type: 'string', default: '2000' },
    repo: { type: 'string' },
    dir: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const nRounds = Number(options.rounds);
const nFiles = Number(options.files);
const dir = fs.mkdtempSync(path.join(options.dir ?? os.tmpdir(), 'change-cycle-'));
const cleanEnv = {
  PATH: process.env.PATH,
  HOME: dir,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'bench',
  GIT_AUTHOR_EMAIL: 'bench@example.com',
  GIT_COMMITTER_NAME: 'bench',
  GIT_COMMITTER_EMAIL: 'bench@example.com',
};
const git = (cwd, ...args) => execFileSync('git', args, { cwd, env: cleanEnv, encoding: 'utf8', maxBuffer: 1 << 28 });

try {
  await main();
} finally {
  fs.rmSync(dir, { recursive: true, force: true });
}

async function main() {
  const seed = path.join(dir, 'seed');
  if (options.repo === undefined) await generate(seed);
  else git(dir, 'clone', '--quiet', '--no-local', options.repo, seed);
  git(seed, 'checkout', '--quiet', '-B', 'main');
  fs.writeFileSync(path.join(seed, '.git/info/exclude'), 'trees/\n.orchestrate/\n');
  const file =
    git(seed, 'ls-files')
      .split('\n')
      .find((name) => name.split('/').length >= 4) ?? '';
  const [bash, home] = ['bash', 'home'].map((name) => {
    fs.cpSync(seed, path.join(dir, name), { recursive: true, preserveTimestamps: true });
    git(path.join(dir, name), 'update-index', '-q', '--refresh');
    return path.join(dir, name);
  });

  const spawner = counting(createInProcessSpawner());
  const ours = await openCycle(home, file, spawner);
  const cases = [
    { name: 'bare git, bash, plumbing', run: async (n) => runScript(bash, file, n) },
    { name: 'fresh slot', run: (n) => ours.cycle(`fresh-${n}`, { isFresh: true }) },
    { name: 'recycled slot', run: () => ours.cycle('pool', {}) },
    { name: 'recycled slot, cleaned first', run: () => ours.cycle('dirty', { isDirty: true }) },
  ];
  const results = new Map(cases.map(({ name }) => [name, { times: [], nShort: 0, nLong: 0 }]));
  for (let round = -2; round < nRounds; round++) {
    for (const { name, run } of cases) {
      spawner.reset();
      const fromMs = performance.now();
      await run(`r${round + 2}`);
      const ms = performance.now() - fromMs;
      if (round < 0) continue;
      const result = results.get(name);
      result.times.push(ms - ours.outside.splice(0).reduce((sum, each) => sum + each, 0));
      result.nShort = Math.max(result.nShort, spawner.nShort);
      result.nLong = Math.max(result.nLong, spawner.nLong);
    }
  }
  const checks = await ours.close();
  report(results, checks);
}

/** A change as the engine makes it, with a base that has not moved. */
async function openCycle(homeDir, file, spawner) {
  const state = path.join(dir, 'state');
  const store = createTrustedStore({
    gitDir: path.join(state, 'store.git'),
    scratchDir: path.join(state, 'scratch'),
    spawner,
    searchPath: process.env.PATH,
  });
  const home = createHomeRepository({ homeDir, store });
  await store.create();
  const inspected = await home.inspect();
  if (inspected.kind !== 'ready') throw new Error(inspected.reason);
  await store.importCommit({ gitDir: inspected.gitDir, commit: inspected.head, name: 'home' });
  await store.updateRefs([{ ref: inspected.branchRef, from: null, to: inspected.head }]);
  const trashDir = path.join(homeDir, '.orchestrate/trash');
  const limits = { maxFiles: 200_000, maxFileBytes: 1 << 28, maxTotalBytes: 2 ** 33 };
  const outside = [];
  let base = inspected.head;
  let serial = 0;
  // The script's work tree removal is part of its cycle; so is the removal of a fresh slot here. Playing the agent is not.
  const play = (act) => {
    const fromMs = performance.now();
    act();
    outside.push(performance.now() - fromMs);
  };
  return {
    outside,
    async cycle(name, { isFresh = false, isDirty = false }) {
      const slot = { name, dir: path.join(homeDir, 'trees', name) };
      const n = ++serial;
      if (isDirty && fs.existsSync(slot.dir)) {
        play(() => {
          for (let index = 0; index < 20; index++)
            fs.writeFileSync(path.join(slot.dir, `leftover-${index}.log`), `left ${n}\n`);
          fs.appendFileSync(path.join(slot.dir, path.dirname(file), 'untracked.txt'), `left ${n}\n`);
          fs.appendFileSync(path.join(slot.dir, file), 'edited and never submitted\n');
        });
      }
      await home.prepareSlot({ slot, commit: base, trashDir });
      fs.appendFileSync(path.join(slot.dir, file), `// change ${n}\n`);
      const taken = await store.snapshot({ dir: slot.dir, limits, cacheKey: slotCacheKey(name) });
      if (taken.kind !== 'taken') throw new Error(JSON.stringify(taken));
      const before = await store.treeOf(base);
      const differences = await store.differences(before, taken.tree);
      if (differences.length !== 1) throw new Error(`expected one change, not ${differences.length}`);
      const atSeconds = 1_800_000_000 + n;
      const commit = await store.commit({
        tree: taken.tree,
        parents: [base],
        message: `change ${n}`,
        author: { name: 'bench', email: 'bench@example.com' },
        atSeconds,
      });
      const tagName = `restore/${String(n).padStart(4, '0')}-bench`;
      const tag = await store.tagObject({ name: tagName, target: commit, message: 'restore point', atSeconds });
      const moves = [
        { ref: `refs/tags/${tagName}`, from: null, to: tag },
        { ref: inspected.branchRef, from: base, to: commit },
      ];
      expect(await store.updateRefs(moves));
      await home.deliverObjects({ commit, tag, known: base });
      expect(await home.updateRefs(moves));
      const applied = await home.applyPaths(before, taken.tree);
      if (applied.written.length !== 1 || !applied.indexRefreshed) throw new Error(JSON.stringify(applied));
      if (isFresh) await home.removeSlot({ slot, trashDir });
      base = commit;
      // The trash is emptied when nothing else is to do; kept, its pages would be written back during later rounds.
      play(() => fs.rmSync(trashDir, { recursive: true, force: true }));
    },
    async close() {
      const problems = await store.verify();
      await store.close();
      await spawner.close();
      return {
        'store whole': problems.length === 0,
        'home whole': git(homeDir, 'fsck', '--connectivity-only', '--no-dangling', '--no-progress').trim() === '',
        'home clean': git(homeDir, 'status', '--porcelain').trim() === '',
        'home at the last change': git(homeDir, 'rev-parse', 'main').trim() === base,
      };
    },
  };
}

function expect(outcome) {
  if (outcome.kind !== 'moved') throw new Error(JSON.stringify(outcome));
}

function runScript(repository, file, name) {
  execFileSync(
    'bash',
    [path.join(import.meta.dirname, 'change-cycle.sh'), repository, path.join(dir, 'bash-trees'), file, name],
    { env: cleanEnv },
  );
}

function counting(inner) {
  const counter = {
    nShort: 0,
    nLong: 0,
    reset() {
      counter.nShort = counter.nLong = 0;
    },
    run: (spec, signal) => (counter.nShort++, inner.run(spec, signal)),
    open: (spec) => (counter.nLong++, inner.open(spec)),
    startDetached: (spec) => inner.startDetached(spec),
    close: () => inner.close(),
  };
  return counter;
}

function report(results, checks) {
  const median = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
  const peer = median(results.get('bare git, bash, plumbing').times);
  const rows = [...results].map(([name, { times, nShort, nLong }]) => ({
    name,
    medianMs: Number(median(times).toFixed(2)),
    minMs: Number(Math.min(...times).toFixed(2)),
    ratio: Number((median(times) / peer).toFixed(3)),
    nShort,
    nLong,
  }));
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ files: nFiles, rounds: nRounds, rows, checks })}\n`);
    return;
  }
  for (const row of rows) {
    const processes = row.name.startsWith('bare')
      ? '10 git processes'
      : `${row.nShort} short-lived, ${row.nLong} long-lived started`;
    console.log(
      `${row.name.padEnd(30)} median ${String(row.medianMs).padStart(8)} ms  min ${String(row.minMs).padStart(8)}  ratio ${row.ratio.toFixed(3)}  ${processes}`,
    );
  }
  console.log(
    Object.entries(checks)
      .map(([what, isSo]) => `${what}: ${isSo ? 'yes' : 'NO'}`)
      .join(' · '),
  );
  if (Object.values(checks).includes(false)) process.exitCode = 1;
}

/** A repository of code-like text: packages/pN/src/mN/fileN.ts, a first commit and 40 small ones. */
async function generate(target) {
  fs.mkdirSync(target);
  git(target, 'init', '--quiet', '--initial-branch=main');
  let state = 7;
  const random = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
  const words = Array.from({ length: 2_000 }, () =>
    Array.from({ length: 4 + random(8) }, () => String.fromCharCode(97 + random(26))).join(''),
  );
  const line = () =>
    `  const ${words[random(2_000)]} = ${Array.from({ length: 3 + random(5) }, () => words[random(2_000)]).join('.')}(${random(1e6)});\n`;
  const importer = spawn('git', ['fast-import', '--quiet'], {
    cwd: target,
    env: cleanEnv,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const say = async (text) => {
    if (!importer.stdin.write(text)) await new Promise((resolve) => importer.stdin.once('drain', resolve));
  };
  const contents = new Map();
  for (let index = 0; index < nFiles; index++) {
    let text = '';
    for (const size = 3_000 + random(24_000); text.length < size;) text += line();
    contents.set(`packages/p${Math.floor(index / 200)}/src/m${Math.floor(index / 20) % 10}/file${index}.ts`, text);
  }
  const names = [...contents.keys()];
  for (let commit = 0; commit < 41; commit++) {
    await say(
      `commit refs/heads/main\ncommitter bench <bench@example.com> ${1_700_000_000 + commit} +0000\ndata 2\nc\n`,
    );
    const changed = commit === 0 ? names : Array.from({ length: 5 }, () => names[random(nFiles)]);
    for (const name of changed) {
      if (commit > 0) contents.set(name, contents.get(name) + line());
      await say(`M 100644 inline ${name}\ndata ${Buffer.byteLength(contents.get(name))}\n${contents.get(name)}\n`);
    }
  }
  importer.stdin.end();
  await new Promise((resolve) => importer.once('exit', resolve));
  git(target, 'reset', '--quiet', '--hard', 'main');
  git(target, 'repack', '-adq');
}
