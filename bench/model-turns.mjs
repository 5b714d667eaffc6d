// What a turn of a model costs beside the provider: from its answer to the next question, with a file written, its rows and its lines synced;
// as a ratio to the same durable writes alone. And many agents in one process: CPU, memory, effects lost or done twice.
//
//   node scripts/launch.mjs exec node bench/model-turns.mjs [--agents 50] [--turns 20] [--json]
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { parseArgs } from 'node:util';

import { createDigest } from '../src/adapters/clock/digest.ts';
import { createSystemClock } from '../src/adapters/clock/system-clock.ts';
import { createFiles } from '../src/adapters/files/files.ts';
import { openLedger } from '../src/adapters/sqlite/open-ledger.ts';
import { createTranscripts } from '../src/adapters/transcripts/transcripts.ts';
import { createSecretBook } from '../src/domain/secrets/secret-book.ts';
import { noUsage } from '../src/domain/spending/cost.ts';
import { createPerformer } from '../src/engine/effects/perform.ts';
import { workByModel } from '../src/engine/specialists/by-model/work-by-model.ts';
import { finish } from '../src/engine/specialists/tools/finish.ts';
import { readFile } from '../src/engine/specialists/tools/read-file.ts';
import { writeFile } from '../src/engine/specialists/tools/write-file.ts';

const { values: options } = parseArgs({
  options: {
    agents: { type: 'string', default: '50' },
    turns: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
});
const [nAgents, nTurns] = [Number(options.agents), Number(options.turns)];
const dir = mkdtempSync(join(tmpdir(), 'bench-turns-'));
const [clock, digest, files, secrets] = [createSystemClock(), createDigest(), createFiles(), createSecretBook()];
const text = 'A line of a page that a model wrote.\n'.repeat(20);

async function engineAt(name) {
  const ledger = await openLedger({ dir: join(dir, name), clock, digest, mode: 'inline' });
  await ledger.acquire();
  const created = { run: 'r1', goal: 'write pages', options: {} };
  await ledger.append([{ kind: 'run.created', run: 'r1', keys: ['run:r1'], data: created }]);
  await ledger.append([{ kind: 'plan.made', run: 'r1', keys: ['plan:r1'], data: { run: 'r1', plan: { steps: [] } } }]);
  return {
    ledger,
    ...createPerformer({ ledger, clock }),
    transcripts: createTranscripts({
      dir: join(dir, name, 'transcripts'),
      clock,
      redact: (value) => secrets.data(value),
    }),
    outside: { clock, digest, files, secrets, processes: { findMarked: async () => [] } },
    definitions: { trees: new Map(), agents: new Map() },
    config: { id: 'bench', memory: { budgetBytes: 0 } },
    store: { treeOf: async () => 'tree', readFile: async () => undefined },
    memory: { search: () => [], list: () => [], get: async () => undefined },
    template: { skipInSlot: () => false },
  };
}

/** An agent that writes a page each turn, by a model that answers at once. Gives the time of each turn. */
async function agentAt(engine, n) {
  const slotDir = join(dir, 'slots', String(n));
  mkdirSync(slotDir, { recursive: true });
  const agent = {
    ...{ id: `a${n}`, instructions: 'You write pages.', tree: 't', model: null },
    ...{ taskType: 'work', maxTurns: 500, silenceMs: 600_000 },
  };
  const conversation = `r1.a${n}`;
  const parts = {
    run: 'r1',
    attempt: `${conversation}#1`,
    plan: { tree: 't', base: 'c', steps: [] },
    step: { id: `a${n}` },
  };
  const context = { slot: { dir: slotDir }, files, digest };
  const scene = { engine, agent, run: 'r1', task: conversation, conversation, context };
  const tools = [readFile(scene), writeFile(scene), finish()];
  const order = {
    parts,
    task: conversation,
    agent,
    asked: 'Write.',
    expects: 'change',
    conversation,
    slotDir,
    tools,
    signal: new AbortController().signal,
  };
  const times = [];
  let answeredMs;
  let turn = 0;
  await workByModel(engine, order, async () => {
    if (answeredMs !== undefined) times.push(performance.now() - answeredMs);
    turn += 1;
    const call =
      turn > nTurns
        ? ['finish', { summary: 'Done.' }]
        : ['write_file', { path: `p${turn}.md`, text: `${turn}\n${text}` }];
    answeredMs = performance.now();
    return {
      ...{
        text: '',
        calls: [{ id: `t${turn}`, name: call[0], arguments: JSON.stringify(call[1]) }],
        stop: 'tools',
        usage: noUsage,
      },
      ...{ rawUsage: {}, model: 'm', provider: 'p', costMicroUsd: 0, call: 'k', firstTokenMs: 0, durationMs: 0 },
    };
  });
  return times;
}

/** The same durable writes as a turn has, and nothing else: two lines, three rows, one file. */
async function bareTurns(engine) {
  const slotDir = join(dir, 'bare');
  mkdirSync(slotDir, { recursive: true });
  const times = [];
  for (let n = 0; n < nTurns; n += 1) {
    const startedMs = performance.now();
    await engine.transcripts.append('bare', {
      role: 'model',
      text: '',
      calls: [{ id: `t${n}`, name: 'write_file', arguments: text }],
    });
    await engine.ledger.append([{ kind: 'effect.intended', run: 'r1', keys: [`x${n}`], data: { n } }]);
    await files.writeAtomic(join(slotDir, `p${n}.md`), text);
    await engine.ledger.append([{ kind: 'effect.done', run: 'r1', keys: [`x${n}`], data: { n } }]);
    await engine.ledger.append([{ kind: 'tool.used', run: 'r1', keys: [`y${n}`], data: { n } }]);
    await engine.transcripts.append('bare', {
      role: 'tools',
      results: [{ id: `t${n}`, isError: false, text: 'Written.' }],
    });
    times.push(performance.now() - startedMs);
  }
  return times;
}

const at = (times, share) =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))];

try {
  const one = await engineAt('one');
  await bareTurns(one);
  const [bare, own] = [await bareTurns(one), await agentAt(one, 0)];
  const many = await engineAt('many');
  globalThis.gc?.();
  const [heap, cpu, startedMs] = [process.memoryUsage().rss, process.cpuUsage(), performance.now()];
  const all = (await Promise.all(Array.from({ length: nAgents }, (_, n) => agentAt(many, n + 1)))).flat();
  const { user, system } = process.cpuUsage(cpu);
  const rows = many.ledger.read({ kinds: ['tool.used'], limit: 10_000 });
  const pages = Array.from({ length: nAgents }, (_, n) =>
    Array.from({ length: nTurns }, (_one, turn) => join(dir, 'slots', String(n + 1), `p${turn + 1}.md`)),
  ).flat();
  const nLost = pages.filter(
    (page, n) => !existsSync(page) || !readFileSync(page, 'utf8').startsWith(`${(n % nTurns) + 1}\n`),
  ).length;
  const nDoubled =
    rows.length -
    new Set(rows.map(({ keys }) => keys[0])).size +
    Math.max(0, many.ledger.read({ kinds: ['effect.done'], limit: 10_000 }).length - nAgents * nTurns);
  const result = {
    turnMs: { p50: at(own, 0.5), p99: at(own, 0.99) },
    bareMs: { p50: at(bare, 0.5), p99: at(bare, 0.99) },
    ratio: { p50: at(own, 0.5) / at(bare, 0.5), p99: at(own, 0.99) / at(bare, 0.99) },
    parallel: {
      nAgents,
      turnMs: { p50: at(all, 0.5), p99: at(all, 0.99) },
      wallMs: performance.now() - startedMs,
      cpuMsPerTurn: (user + system) / 1_000 / (nAgents * nTurns),
      kibPerAgent: (process.memoryUsage().rss - heap) / 1024 / nAgents,
      nLost,
      nDoubled,
    },
  };
  if (options.json) console.log(JSON.stringify(result));
  else {
    const ms = (value) => `${value.toFixed(1)} ms`;
    console.log(`one agent, ${nTurns} turns: p50 ${ms(result.turnMs.p50)}, p99 ${ms(result.turnMs.p99)}`);
    console.log(`the same writes alone: p50 ${ms(result.bareMs.p50)}, p99 ${ms(result.bareMs.p99)}`);
    console.log(`ratio: p50 ${result.ratio.p50.toFixed(2)} (limit 3), p99 ${result.ratio.p99.toFixed(2)}`);
    const { parallel } = result;
    console.log(
      `${nAgents} agents at once: ${ms(parallel.wallMs)}, turn p50 ${ms(parallel.turnMs.p50)} p99 ${ms(parallel.turnMs.p99)}`,
    );
    console.log(
      `  CPU ${ms(parallel.cpuMsPerTurn)} a turn, ${parallel.kibPerAgent.toFixed(0)} KiB an agent, lost ${nLost}, doubled ${nDoubled} (limit 0)`,
    );
  }
  if (result.ratio.p50 > 3 || nLost > 0 || nDoubled > 0) process.exitCode = 1;
} finally {
  rmSync(dir, { recursive: true, force: true });
}
