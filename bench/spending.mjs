// Language models without a provider: what choosing one takes, against the durable row that records the choice; what the door to them takes
// a call, against the two durable rows that a call needs; and whether the journal's costs are those of a fixture to the micro-dollar.
//
//   node scripts/launch.mjs exec node bench/spending.mjs [--calls 300] [--decisions 5000] [--models 40] [--json]
//
// Asked are a decision <= 0.5 of a durable row, and a difference of 0 micro-USD.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';

import { createDigest } from '../src/adapters/clock/digest.ts';
import { createSystemClock } from '../src/adapters/clock/system-clock.ts';
import { openLedger } from '../src/adapters/sqlite/open-ledger.ts';
import { costsOf } from '../src/domain/spending/cost-table.ts';
import { askModel } from '../src/engine/spending/ask-model.ts';
import { questionOf, routeNow } from '../src/engine/spending/find-route.ts';
import { spendingRows } from '../src/engine/spending/spending-rows.ts';
import { createSpending } from '../src/engine/spending/spending.ts';

const { values: options } = parseArgs({
  options: {
    calls: { type: 'string', default: '300' },
    decisions: { type: 'string', default: '5000' },
    models: { type: 'string', default: '40' },
    json: { type: 'boolean', default: false },
  },
});
const [nCalls, nDecisions, nModels] = [options.calls, options.decisions, options.models].map(Number);
const GOAL = 0.5;
const dir = mkdtempSync(join(tmpdir(), 'bench-spending-'));
const clock = createSystemClock();

const prices = (n) => ({
  ...{ input: 600_000 + 7 * n, output: 2_200_000 + 13 * n, cacheRead: 110_001 + n, cacheWrite5m: 750_003 },
  ...{ cacheWrite1h: 1_200_007, source: 'bench', asOf: '2026-11-01' },
});
const providers = Array.from({ length: 4 }, (_, p) => ({
  ...{ id: `p${p}`, dialect: 'openai-chat', url: 'https://example.org', key: null, strengths: ['code'] },
  ...{ maxConcurrent: 1_000, quirks: {} },
  models: Array.from({ length: nModels / 4 }, (_, m) => ({
    ...{ id: `m${m}`, contextTokens: 200_000, maxOutputTokens: 8_000, tier: 'medium', prices: prices(p * 10 + m) },
  })),
}));
const most = { microUsd: 1e12, tokens: 1e12 };
const compute = {
  ...{ providers, rules: [], unknownPrices: 'refuse', parallel: { first: 64, most: 64 } },
  budgets: { run: most, task: most, agent: most, provider: most, day: most },
};

/** The fixture: tokens of the n-th call, odd enough that every part has a remainder. */
const usageOf = (n) => ({
  ...{ inputUncached: 101 + 37 * n, cacheRead: 9_001 + 113 * n, cacheWrite5m: 7 * n, cacheWrite1h: n % 3 },
  ...{ output: 53 + 11 * (n % 17), reasoning: n % 11 },
});
/** What it costs, by exact whole numbers, rounded half up once a call. */
const exactCost = (usage, price) => {
  const parts = Object.entries({ inputUncached: 'input', cacheRead: 'cacheRead', cacheWrite5m: 'cacheWrite5m' });
  const rest = Object.entries({ cacheWrite1h: 'cacheWrite1h', output: 'output' });
  const sum = [...parts, ...rest].reduce((all, [k, rate]) => all + BigInt(usage[k]) * BigInt(price[rate]), 0n);
  return (2n * sum + 1_000_000n) / 2_000_000n;
};

let nAsked = 0;
let expected = 0n;
const models = {
  hasKey: async () => true,
  async ask({ provider, model }) {
    const usage = usageOf((nAsked += 1));
    expected += exactCost(usage, provider.models.find(({ id }) => id === model).prices);
    return { text: 'ok', calls: [], stop: 'end', usage, rawUsage: {}, model, firstTokenMs: 1, durationMs: 1 };
  },
};
const asked = (n) => ({
  ...{
    conversation: `c${n % 20}`,
    run: `r${n % 5}`,
    task: `r${n % 5}.fix`,
    agent: 'fixer',
    taskType: 'work',
    wanted: null,
  },
  ...{ system: 'x'.repeat(4_000), tools: [], messages: [{ role: 'user', text: 'y'.repeat(20_000) }] },
  maxOutputTokens: 4_000,
});
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
async function timed(times, work) {
  const all = [];
  for (let n = 0; n < times; n += 1) {
    const startedMs = performance.now();
    await work(n);
    all.push(performance.now() - startedMs);
  }
  return median(all);
}

const ledger = await openLedger({ dir: join(dir, 'ledger'), clock, digest: createDigest(), mode: 'inline' });
try {
  await ledger.acquire();
  const base = { ledger, config: { compute }, definitions: { agents: new Map() } };
  const outside = { clock, models, random: { hex: () => '80000000' } };
  const spending = createSpending({ ledger, outside }, { openRuns: () => [], parallel: () => compute.parallel });
  const engine = { ...base, outside, spending };
  const { signal } = new AbortController();

  const callMs = await timed(nCalls, (n) => askModel(engine, asked(n), { signal }));
  const question = { ...(await questionOf(engine, asked(0), compute)), tried: new Map() };
  const decisionMs = await timed(nDecisions, () => routeNow(engine, question));
  const rowMs = await timed(100, () => ledger.append([{ kind: 'step.noted', data: { sentence: 'x' } }]));
  const { total } = costsOf(spendingRows(ledger), { by: 'run', sinceMs: 0, run: null });
  const difference = Number(BigInt(total.paidMicroUsd) - expected);
  const result = { nModels, nCalls, decisionMs, rowMs, decisionPerRow: decisionMs / rowMs, callMs, difference };
  if (options.json) console.log(JSON.stringify(result));
  else
    console.log(
      [
        `one durable row                   ${rowMs.toFixed(3)} ms`,
        `choosing among ${nModels} models           ${decisionMs.toFixed(3)} ms; ${(decisionMs / rowMs).toFixed(2)} of a durable row (asked: <= ${GOAL})`,
        `a call but for the provider       ${callMs.toFixed(3)} ms; ${(callMs / rowMs).toFixed(2)} durable rows, of which it writes 2`,
        `cost of ${nCalls} calls in the journal  ${total.paidMicroUsd} µUSD; ${difference} off the fixture (asked: 0)`,
      ].join('\n'),
    );
  if (difference !== 0 || decisionMs / rowMs > GOAL) process.exitCode = 1;
} finally {
  await ledger.close();
  rmSync(dir, { recursive: true, force: true });
}
