// Loaded with `node --import` into a program under test. Names each commit of the ledger by its first row, and ends the
// supervisor by SIGKILL at the chosen one: `before` it (what was done has no record) or `after` it (what was promised is
// not done). The program knows nothing of this. Settings, in SWEEP_KILL as JSON: `log` (file that takes a line for each
// commit), `flag` (file that is made by the one kill), `at`, `nth`, `when`, `look` (repositories whose refs are noted).
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';

const settings = process.env.SWEEP_KILL === undefined ? undefined : JSON.parse(process.env.SWEEP_KILL);
const isSupervisor = fs.readFileSync('/proc/self/cmdline', 'utf8').split('\0').includes('supervise');
if (settings !== undefined && isSupervisor) patch();

function patch() {
  const counts = new Map();
  let rows = [];
  const { prepare, exec } = DatabaseSync.prototype;

  const around = (commit) => {
    const [name] = rows;
    const signatures = rows;
    rows = [];
    if (name === undefined) return commit();
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    if (settings.log) fs.appendFileSync(settings.log, `${JSON.stringify({ name, nth, rows: signatures })}\n`);
    const isChosen = settings.at === name && settings.nth === nth && claim();
    if (isChosen && settings.when === 'before') end();
    const result = commit();
    if (isChosen) end();
    return result;
  };

  DatabaseSync.prototype.prepare = function (sql, ...rest) {
    const statement = prepare.call(this, sql, ...rest);
    if (!this.location()?.endsWith('/ledger.db')) return statement;
    const run = statement.run.bind(statement);
    if (sql.startsWith('INSERT INTO journal')) {
      statement.run = (...values) => {
        rows.push(nameOf(values));
        return run(...values);
      };
    }
    if (sql === 'COMMIT') statement.run = (...values) => around(() => run(...values));
    return statement;
  };
  DatabaseSync.prototype.exec = function (sql) {
    if (sql === 'ROLLBACK') rows = [];
    return exec.call(this, sql);
  };
}

/** What a row is about, the same in every run: its kind, its first key, its transition. */
function nameOf([, , , kind, , keysText, dataText]) {
  const [key] = JSON.parse(keysText);
  const data = JSON.parse(dataText);
  const about = key ?? data.task ?? data.subject ?? '';
  const move = kind === 'machine.moved' ? ` ${data.from}>${data.to}` : '';
  return `${kind} ${about}${move}`
    .replace(/[0-9a-f]{12,}/g, '*')
    .replace(/(merge:c\d+):[^:]+:/, '$1:*:')
    .trim();
}

function claim() {
  try {
    fs.closeSync(fs.openSync(settings.flag, 'wx'));
    return true;
  } catch {
    return false;
  }
}

function end() {
  const refs = (settings.look ?? []).map((gitDir) =>
    execFileSync('git', [`--git-dir=${gitDir}`, 'for-each-ref', '--format=%(refname) %(objectname) %(*objectname)'], {
      encoding: 'utf8',
    }),
  );
  fs.writeFileSync(settings.flag, JSON.stringify({ atMs: Date.now(), pid: process.pid, refs }));
  process.kill(process.pid, 'SIGKILL');
}
