import { Fault } from '../../base/fault.ts';
import { type Emergency, emergencies } from '../../domain/emergencies/emergency.ts';
import type { ProgramResult } from '../../ports/index.ts';
import type { App } from '../app.ts';
import { type EmergencyDrill, drillLineSchema } from '../views/emergency-drill-view.ts';

/** Making, breaking, mending and removing an installation takes a minute or two; on a busy machine several times that. */
const drillMs = 20 * 60_000;
const lookMs = 300;
/** Whoever was interrupted asks its programs to end first. */
const cleanUpMs = 120_000;

/** What may be typed beside `--drill`, and what may not: a drill is about an installation of its own, and answers itself. */
export interface DrillWords {
  readonly symptom: string | null;
  readonly playbook: Emergency | null;
  /** Options beside it that would have no effect, as they are typed. */
  readonly others: readonly string[];
}

/** Returns the emergencies that are drilled: by the word after `--drill`, or by `--playbook`. Fault: `USAGE_BAD_ARGUMENT`. */
export function requireDrilled({ symptom, playbook, others }: DrillWords): readonly Emergency[] {
  if (others.length > 0) throw refused(`--drill takes no ${others.join(', ')}: it makes an installation of its own.`);
  if (symptom !== null && playbook !== null && symptom !== playbook)
    throw refused(`--drill takes one word: ${JSON.stringify(symptom)} and --playbook ${playbook} are two.`);
  const word = symptom ?? playbook;
  if (word === null || word === 'all') return emergencies;
  const found = emergencies.find((id) => id === word);
  if (found !== undefined) return [found];
  throw refused(`--drill takes one of ${emergencies.join(', ')}, or all; not ${JSON.stringify(word)}.`);
}

const refused = (message: string): Fault =>
  new Fault('USAGE_BAD_ARGUMENT', message, {
    hints: ['orchestrate respond --drill out-of-memory', 'orchestrate respond --drill all'],
    state: 'Nothing was changed.',
  });

/**
 * Has another program make installations that are thrown away, break them, and see how this one answers; tells what goes on. Neither the
 * installation around us nor its record is touched. A Ctrl-C waits until all is removed. Faults: `DRILL_UNAVAILABLE`, `DRILL_FAILED`.
 */
export async function drillEmergencies(app: App, wanted: readonly Emergency[]): Promise<readonly EmergencyDrill[]> {
  const { host, files, random, processes, clock } = app.outside;
  const program = `${host.builtInDir}/dist/demo/drill.js`;
  if ((await files.info(program)) === undefined)
    throw new Fault('DRILL_UNAVAILABLE', `The program that makes drills is not there: ${program}.`, {
      hints: ['npm run build   (in a clone)', 'npm install --global orchestrate'],
      state: 'Nothing was changed.',
    });
  const folder = `${host.tempDir}/orc-drill-${random.hex(4)}`;
  const report = `${folder}.jsonl`;
  const [node = 'node', ...rest] = app.ownCommand;
  const entry = rest.at(-1) ?? '';
  const drilled: EmergencyDrill[] = [];
  const reader = createReader(app, report, (one) => void drilled.push(one));
  const called = new AbortController();
  const running = processes.run(
    {
      program: node,
      args: [...rest.slice(0, -1), program, '--folder', folder, '--report', report, ...wanted],
      cwd: host.tempDir,
      env: {
        ...host.session,
        PATH: host.searchPath.join(':'),
        TMPDIR: host.tempDir,
        LC_ALL: 'C.UTF-8',
        ORCHESTRATE_BIN: entry,
      },
      timeoutMs: wanted.length * drillMs,
    },
    AbortSignal.any([app.signal, called.signal]),
  );
  let ended: ProgramResult | undefined;
  let state: string;
  try {
    const over = running.then((result) => (ended = result));
    while (ended === undefined) {
      await Promise.race([over, clock.sleep(lookMs)]);
      await reader.read();
    }
  } finally {
    // Where the report cannot be read nobody waits for what makes it.
    called.abort();
    await Promise.allSettled([running]);
    state = await untilRemoved(app, folder);
    await files.remove(report);
  }
  if (app.signal.aborted) throw new Fault('INTERRUPTED', 'The drill was interrupted.', { state });
  if (drilled.length < wanted.length)
    throw new Fault(
      'DRILL_FAILED',
      `The drill ended after ${drilled.length} of ${wanted.length}: ${ended.stderr.trim().slice(-500) || `exit ${ended.exitCode ?? ended.signal ?? ''}`}`,
      { state },
    );
  return drilled;
}

/** Its worker cleans up by itself, and takes the folder away when all that ran there has ended. Returns what is seen of that. */
async function untilRemoved({ outside }: App, folder: string): Promise<string> {
  const { clock, files } = outside;
  const untilMs = clock.monotonicMs() + cleanUpMs;
  while ((await files.info(folder)) !== undefined) {
    if (clock.monotonicMs() > untilMs)
      return `Its installation is still there, ${folder} and what runs in it; nothing else was touched.`;
    await clock.sleep(lookMs);
  }
  return 'Its installation is removed; nothing else was touched.';
}

/** Reads on in the report as it grows. */
function createReader(app: App, path: string, onDrilled: (one: EmergencyDrill) => void): { read(): Promise<void> } {
  let nRead = 0;
  return {
    async read() {
      const lines = ((await app.outside.files.readText(path)) ?? '').split('\n').slice(0, -1);
      for (const line of lines.slice(nRead)) {
        const parsed = drillLineSchema.safeParse(JSON.parse(line));
        if (!parsed.success)
          throw new Fault(
            'DRILL_FAILED',
            `The drill said something that nobody understands: ${parsed.error.issues[0]?.message ?? ''}`,
          );
        if (parsed.data.kind === 'told') app.narrate(`${parsed.data.fault}: ${parsed.data.sentence}`);
        else onDrilled(parsed.data.report);
      }
      nRead = lines.length;
    },
  };
}
