// A tick over many schedules: what the supervisor's look costs when nothing is due, against the same look over none, in a ledger on disk.
// Also the first look after a start, which works out every next fire; the look after one of them was changed; and a tick while a run of
// each goes on.
//
//   node scripts/launch.mjs exec node bench/schedules.mjs [--schedules 1000] [--ticks 200] [--json]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';

import { createDigest } from '../src/adapters/clock/digest.ts';
import { createSystemClock } from '../src/adapters/clock/system-clock.ts';
import { openLedger } from '../src/adapters/sqlite/open-ledger.ts';
import { createScheduleKeeper } from '../src/engine/schedules/keeper.ts';

const { values: options } = parseArgs({
  options: {
    schedules: { type: 'string', default: '1000' },
    ticks: { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
  },
});
const nSchedules = Number(options.schedules);
const zones = ['UTC', 'Europe/Zurich', 'America/New_York', 'Asia/Tokyo'];
const digest = createDigest();
const dir = mkdtempSync(join(tmpdir(), 'bench-schedules-'));

const scheduleOf = (n) => ({
  ...{ id: `s${n}`, title: `s${n}`, cron: `${n % 60} ${n % 24} 1 * *`, zone: zones[n % zones.length] },
  ...{ goal: 'x', playbook: null, inputs: {}, yes: false, overlap: 'skip', catchUpMs: 0, catchUpMost: 1 },
  ...{ jitterMs: 600_000, pauseAfter: 3, onlyIf: null, within: null },
});
const added = (n) => ({
  ...{ kind: 'schedule.added', run: null, keys: [`schedule:s${n}`, 'schedules'] },
  data: { schedule: scheduleOf(n), from: 'command', by: { kind: 'person', name: 'bench' } },
});
const fired = (n) => ({
  ...{ kind: 'run.created', run: `r${n}`, keys: [`run:r${n}`, `fires:s${n}`] },
  data: { run: `r${n}`, fire: { schedule: `s${n}`, dueMs: null, lateMs: 0 } },
});
const all = (of) => Array.from({ length: nSchedules }, (_, n) => of(n));

const timed = async (work) => {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
};
async function median(work) {
  const times = [];
  for (let n = 0; n < Number(options.ticks); n += 1) times.push(await timed(work));
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
}

/** The look as the supervisor has it, over a ledger with these rows. */
async function keeperOver(name, rows) {
  const clock = createSystemClock();
  const ledger = await openLedger({ dir: join(dir, name), clock, digest, mode: 'inline' });
  await ledger.acquire();
  if (rows.length > 0) await ledger.append(rows);
  const nowMs = clock.nowMs();
  const keeper = createScheduleKeeper({ ledger, outside: { clock: { nowMs: () => nowMs }, digest } });
  return { ledger, look: () => keeper.look() };
}

try {
  const empty = await keeperOver('empty', []);
  const full = await keeperOver('full', all(added));
  const busy = await keeperOver('busy', [...all(added), ...all(fired)]);
  await empty.look();
  const firstMs = await timed(full.look);
  await busy.look();
  const emptyMs = await median(empty.look);
  const tickMs = await median(full.look);
  const busyMs = await median(busy.look);
  await full.ledger.append([added(0)]);
  const changedMs = await timed(full.look);
  const result = { schedules: nSchedules, emptyMs, tickMs, addedMs: tickMs - emptyMs, busyMs, firstMs, changedMs };
  const ms = (time) => `${time.toFixed(3)} ms`;
  if (options.json) console.log(JSON.stringify(result));
  else
    console.log(
      [
        `a tick over no schedule           ${ms(emptyMs)}`,
        `a tick over ${nSchedules} schedules         ${ms(tickMs)}; more by ${(((tickMs - emptyMs) / 2_000) * 100).toFixed(4)} % of the two seconds between two`,
        `while a run of each goes on       ${ms(busyMs)}`,
        `the first after a start           ${ms(firstMs)}`,
        `the one after one was changed     ${ms(changedMs)}`,
      ].join('\n'),
    );
} finally {
  rmSync(dir, { recursive: true, force: true });
}
