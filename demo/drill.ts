// Drills emergencies: makes an installation that is thrown away, breaks it, and says how the product sees it, answers it and what came of that.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { drill } from './drill/course.ts';
import { EMERGENCIES, type Emergency, emergenciesOf } from './drill/emergencies.ts';
import type { DrillLine, DrillReport, Without } from './drill/report.ts';

const USAGE = `node demo/drill.ts [EMERGENCY …] [--without fault|answer] [--folder FOLDER] [--report FILE]

  EMERGENCY       ${EMERGENCIES.map(({ id }) => id).join(', ')}; all when left out
  --without WHAT  a control: nothing is made wrong, or nobody answers
  --folder FOLDER where installations are made; a temporary one when left out
  --report FILE   write JSON lines to it instead of to stdout`;

/** Says that this process is the one that works, and whose child it is. */
const WORKER = 'ORCHESTRATE_DRILL_OF';
/** So often it looks whether that one is still there. */
const LOOK_MS = 250;

process.exitCode = await (process.env[WORKER] === undefined ? standBefore() : work(process.env[WORKER]));

/**
 * Starts the worker in a session of its own and waits for it. Whoever kills this process, with whatever signal, leaves the worker to
 * clean up: it sees that its parent is gone.
 */
async function standBefore(): Promise<number> {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    console.log(USAGE);
    return 0;
  }
  let isTold: boolean;
  try {
    isTold = read(args).report !== undefined;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  const env = { ...process.env, [WORKER]: String(process.pid) };
  const argv = [...process.execArgv, import.meta.filename, ...args];
  const worker = spawn(process.execPath, argv, { env, detached: true, stdio: ['ignore', 'inherit', 'ignore'] });
  const stop = (): void => void worker.kill('SIGTERM');
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
  // Where a program wanted the report nobody else waits for it.
  const parent = process.ppid;
  const look = setInterval(() => isTold && process.ppid !== parent && stop(), LOOK_MS);
  const [code] = (await once(worker, 'close')) as [number | null];
  clearInterval(look);
  return code ?? 1;
}

async function work(parent: string): Promise<number> {
  const { emergencies, without, folder: wanted, report } = read(process.argv.slice(2));
  // What is started from here is told apart by the folder that it names, and by nothing of ours.
  delete process.env[WORKER];
  const stopped = new AbortController();
  const stop = (): void => stopped.abort(new Error('the drill was stopped'));
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
  const look = setInterval(() => process.ppid !== Number(parent) && stop(), LOOK_MS);
  const say = (line: DrillLine): void => {
    const text = `${JSON.stringify(line)}\n`;
    if (report === undefined) process.stdout.write(text);
    else appendFileSync(report, text);
  };
  const folder = wanted ?? mkdtempSync(join(tmpdir(), 'orc-drill-'));
  const reports: DrillReport[] = [];
  try {
    for (const emergency of emergencies) {
      if (stopped.signal.aborted) break;
      const tell = (sentence: string): void => say({ kind: 'told', fault: emergency.id, sentence });
      // Short: sockets lie below it.
      const one = { folder: join(folder, `w${reports.length}`), signal: stopped.signal, tell, without };
      const came = await drill(emergency, one);
      reports.push(came);
      say({ kind: 'drilled', report: came });
    }
  } finally {
    clearInterval(look);
    rmSync(folder, { recursive: true, force: true });
  }
  return reports.length === emergencies.length && reports.every(({ ok }) => ok) ? 0 : 1;
}

interface Wanted {
  readonly emergencies: readonly Emergency[];
  readonly without: Without | null;
  readonly folder: string | undefined;
  readonly report: string | undefined;
}

function read(args: readonly string[]): Wanted {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { without: { type: 'string' }, folder: { type: 'string' }, report: { type: 'string' } },
  });
  const { without = null, folder, report } = values;
  if (without !== null && without !== 'fault' && without !== 'answer')
    throw new Error('--without takes fault or answer');
  return {
    emergencies: emergenciesOf(positionals),
    without,
    folder: folder === undefined ? undefined : resolve(folder),
    report: report === undefined ? undefined : resolve(report),
  };
}
