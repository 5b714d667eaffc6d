// Drills of emergencies at default settings: milliseconds from the fault to the product's alert, from there to the run that answers it,
// and from there until it is shown to be over. What no row shows is not proven. Each takes a minute or two, all of them a quarter of an hour.
//
//   node scripts/launch.mjs exec node bench/emergencies.mjs [--only out-of-memory,disk-full] [--json]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: { only: { type: 'string', default: 'all' }, json: { type: 'boolean', default: false } },
});
const program = join(import.meta.dirname, '..', 'demo', 'drill.ts');
const argv = ['--disable-warning=ExperimentalWarning', program, ...options.only.split(',')];
const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
let out = '';
child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
const [exitStatus] = await once(child, 'close');

const rows = out
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
  .filter(({ kind }) => kind === 'drilled')
  .map(({ report }) => ({
    emergency: report.fault,
    ok: report.ok,
    detectMs: report.detect.ms,
    decideMs: report.decide.ms,
    recoverMs: report.recover.ms,
    askedTimes: report.asked.length,
    byHand: report.unasked,
    shownBy: report.recover.sentence,
    problem: report.problem,
  }));
if (options.json) console.log(JSON.stringify(rows));
else {
  const shown = (ms) => (ms === null ? 'not proven' : `${(Math.max(0, ms) / 1000).toFixed(1)} s`).padStart(12);
  console.log(
    `${'emergency'.padEnd(24)}${['detect', 'decide', 'recover'].map((one) => one.padStart(12)).join('')}  asked`,
  );
  for (const one of rows)
    console.log(
      `${one.emergency.padEnd(24)}${[one.detectMs, one.decideMs, one.recoverMs].map(shown).join('')}  ${one.askedTimes}${one.byHand === null ? '' : `, ${one.byHand}`}${one.ok ? '' : `  NOT WELL: ${one.problem ?? 'see the rows'}`}`,
    );
}
process.exitCode = exitStatus ?? 1;
