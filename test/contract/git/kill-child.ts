// Runs one scenario in a process of its own and fails at the n-th change it makes to the disk:
// `kill` ends the process there, `ENOSPC` lets that call and all later ones fail as on a full disk.
// node kill-child.ts <scenario> <folder> <count|kill|ENOSPC> <n>
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [, , scenario = '', dir = '', mode = 'count', nth = '0'] = process.argv;
let n = 0;
let isArmed = false;

function step(what: string): void {
  if (!isArmed) return;
  n++;
  if (mode === 'count' || n < Number(nth)) return;
  if (mode === 'kill') process.kill(process.pid, 'SIGKILL');
  throw Object.assign(new Error(`ENOSPC: no space left on device, ${what}`), { code: 'ENOSPC', syscall: what });
}

type Call = (...args: unknown[]) => unknown;
const sync = fs as unknown as Record<string, Call>;
const changes =
  mode === 'ENOSPC'
    ? ['writeSync', 'mkdirSync', 'linkSync', 'symlinkSync', 'writeFileSync', 'copyFileSync', 'fsyncSync']
    : [
        'writeSync',
        'mkdirSync',
        'linkSync',
        'symlinkSync',
        'writeFileSync',
        'copyFileSync',
        'fsyncSync',
        'renameSync',
        'unlinkSync',
        'rmdirSync',
        'rmSync',
        'fchmodSync',
        'chmodSync',
      ];
for (const name of changes) {
  const real = sync[name] as Call;
  sync[name] = (...args) => (step(name), real(...args));
}
const realOpen = sync['openSync'] as Call;
sync['openSync'] = (...args) => {
  const [, flags] = args;
  if (
    (typeof flags === 'number' && (flags & fs.constants.O_CREAT) !== 0) ||
    (typeof flags === 'string' && flags !== 'r')
  )
    step('openSync');
  return realOpen(...args);
};
const promises = fs.promises as unknown as Record<string, (...args: unknown[]) => Promise<Record<string, Call>>>;
const realOpenLater = promises['open'] as (...args: unknown[]) => Promise<Record<string, Call>>;
promises['open'] = async (...args) => {
  if (args[1] !== undefined && args[1] !== 'r') step('open');
  const handle = await realOpenLater(...args);
  for (const name of ['writeFile', 'sync']) {
    const real = (handle[name] as Call).bind(handle);
    handle[name] = async (...given: unknown[]) => (step(name), real(...given));
  }
  return handle;
};
syncBuiltinESMExports();

const { runScenario } = await import('./kill-scenarios.ts');
try {
  await runScenario(scenario, dir, () => {
    isArmed = true;
  });
  process.stdout.write(`done ${n}\n`);
} catch (error) {
  isArmed = false;
  const { code, state } = error as { code?: string; state?: string };
  process.stdout.write(`failed ${code ?? String(error)} ${state === undefined ? 'without a state' : 'with a state'}\n`);
}
