// A storm: what a thousand raises cost in time and rows, of one alert and of as many different ones, against a thousand bare rows in the
// same kind of ledger.
//
//   node scripts/launch.mjs exec node bench/alerts.mjs [--raises 1000] [--json]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';

import { createDigest } from '../src/adapters/clock/digest.ts';
import { createSystemClock } from '../src/adapters/clock/system-clock.ts';
import { openLedger } from '../src/adapters/sqlite/open-ledger.ts';
import { createAlertBook } from '../src/engine/alerts/book.ts';
import { raiseAlert } from '../src/engine/alerts/raise.ts';
import { createMachineHost } from '../src/engine/machines/host.ts';
import { createNumbers } from '../src/engine/supervisor/numbers.ts';

const { values: options } = parseArgs({
  options: { raises: { type: 'string', default: '1000' }, json: { type: 'boolean', default: false } },
});
const nRaises = Number(options.raises);
const dir = mkdtempSync(join(tmpdir(), 'bench-alerts-'));
const clock = createSystemClock();
const digest = createDigest();

/** What raising needs of an engine, over a ledger of its own. */
async function engineOf(name) {
  const ledger = await openLedger({ dir: join(dir, name), clock, digest, mode: 'inline' });
  await ledger.acquire();
  const host = createMachineHost({ ledger, clock, effects: {} });
  return { ledger, host, numbers: createNumbers({}), alerts: createAlertBook(), outside: { clock, digest } };
}

/** Milliseconds and rows of so many times the work, one after the other. */
async function storm(name, work) {
  const engine = await engineOf(name);
  const startedMs = performance.now();
  for (let n = 0; n < nRaises; n += 1) await work(engine, n);
  const ms = performance.now() - startedMs;
  return { name, ms, rows: engine.ledger.read({ limit: 10 * nRaises }).length };
}

const alertOf = (key) => ({
  ...{ key, severity: 'warning', sentence: `${key} is so`, evidence: ['#1'], because: null, hints: [] },
});
const bare = { kind: 'machine.moved', run: null, keys: ['machine:x'], data: { note: 'x'.repeat(200) } };

try {
  const all = [
    await storm('bare rows', ({ ledger }) => ledger.append([bare])),
    await storm('one alert', (engine) => raiseAlert(engine, alertOf('disk:full'))),
    await storm('different alerts', (engine, n) => raiseAlert(engine, alertOf(`signature:U${n}`))),
  ];
  if (options.json) console.log(JSON.stringify(all));
  else
    for (const { name, ms, rows } of all)
      console.log(
        `${nRaises} × ${name.padEnd(17)} ${ms.toFixed(0).padStart(6)} ms ${String(rows).padStart(6)} rows  ${(ms / all[0].ms).toFixed(2)} of bare rows`,
      );
} finally {
  rmSync(dir, { recursive: true, force: true });
}
