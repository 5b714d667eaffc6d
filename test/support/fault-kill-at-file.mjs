// Loaded with `node --import` into a program under test. Counts the calls that change something below the chosen folders
// and ends the supervisor by SIGKILL just before the n-th. Settings in FAULT_FILE as JSON: `log` (a line for each call),
// `flag` (made by the one kill), `under` (folders), `nth` (from 1; absent: none).
import * as fs from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import * as path from 'node:path';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

const settings = process.env.FAULT_FILE === undefined ? undefined : JSON.parse(process.env.FAULT_FILE);
const isSupervisor = fs.readFileSync('/proc/self/cmdline', 'utf8').split('\0').includes('supervise');
if (settings !== undefined && isSupervisor && isMainThread) patch();

function patch() {
  const changeable = createRequire(import.meta.url)('node:fs');
  const { appendFileSync, readlinkSync, openSync, closeSync } = changeable;
  const { O_WRONLY, O_RDWR, O_CREAT } = fs.constants;
  const wouldWrite = {
    openSync: ([, flags]) =>
      typeof flags === 'number' ? (flags & (O_WRONLY | O_RDWR | O_CREAT)) !== 0 : /[wa+]/.test(String(flags ?? 'r')),
  };
  let nCalls = 0;

  const placeOf = (given) => {
    const match = /^(\/proc\/self\/fd\/\d+)(.*)$/.exec(String(given));
    try {
      return match ? readlinkSync(match[1]) + match[2] : path.resolve(String(given));
    } catch {
      return String(given);
    }
  };
  const isUnder = (place) => settings.under.some((folder) => place === folder || place.startsWith(`${folder}/`));

  for (const name of [
    'mkdirSync',
    'openSync',
    'writeFileSync',
    'renameSync',
    'symlinkSync',
    'linkSync',
    'unlinkSync',
    'rmSync',
    'rmdirSync',
  ]) {
    const real = changeable[name];
    changeable[name] = (...values) => {
      const places = values
        .slice(0, 2)
        .filter((value) => typeof value === 'string')
        .map(placeOf);
      if ((wouldWrite[name]?.(values) ?? true) && places.some(isUnder)) before(name, places);
      return real(...values);
    };
  }
  syncBuiltinESMExports();

  function before(name, places) {
    nCalls += 1;
    if (settings.log) appendFileSync(settings.log, `${name} ${places.join(' ')}\n`);
    if (nCalls !== settings.nth) return;
    try {
      closeSync(openSync(settings.flag, 'wx'));
    } catch {
      return;
    }
    process.kill(process.pid, 'SIGKILL');
  }
}
