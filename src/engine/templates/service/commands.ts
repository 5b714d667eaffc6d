import { Fault } from '../../../base/fault.ts';
import type { CommandRun } from '../../../domain/changes/evidence.ts';
import { isGoodRun } from '../../../domain/changes/evidence.ts';
import { dataOf, type JournalKinds, row } from '../../../domain/journal/kinds.ts';
import { commandText } from '../../../domain/templates/command-line.ts';
import { maskSecrets, secretsOf } from '../../../domain/templates/mask-secrets.ts';
import { programEnvironment } from '../../../domain/templates/program-environment.ts';
import type { ProgramResult } from '../../../ports/index.ts';
import { markOf } from '../../context.ts';
import type { Engine } from '../../engine.ts';
import { programDir } from './compose.ts';

type Composed = JournalKinds['instance.composed'];
export type ProgramComposed = Composed & { readonly program: NonNullable<Composed['program']> };

/** A row of another template is a bug of the caller. */
export function requireProgram(composed: Composed): ProgramComposed {
  if (composed.program === undefined) throw new Error(`${composed.instance} was not composed of a program`);
  return composed as ProgramComposed;
}

/** Lines of a command's output that a row carries. */
const nTailLines = 20;
const maxOutputBytes = 1024 * 1024;

/** Returns the environment in which everything of the instance runs. */
export const environmentOf = (engine: Engine, { dir, port }: Composed): Readonly<Record<string, string>> => {
  const { searchPath, session } = engine.outside.host;
  return programEnvironment({ dir, port, searchPath, session });
};

/**
 * Runs set-up and checks of a composed instance, in its folder, each in its own process group and marked. What they wrote is in
 * `logs/instances/<instance>.commands.log`; how they ended is the row. A check that fails is told and does not keep the others from
 * running. Faults: `PROGRAM_SETUP_FAILED`, `PROCESS_FAILED` for a program that is not there, `INTERRUPTED`.
 */
export async function prepareProgram(
  engine: Engine,
  composed: ProgramComposed,
  signal: AbortSignal,
): Promise<readonly CommandRun[]> {
  const { instance, run, program } = composed;
  const commands: CommandRun[] = [];
  const secrets = await secretsGiven(engine, composed);
  const log: string[] = [];
  const wanted = [
    ...(program.setup.length > 0 ? [{ what: 'setup' as const, argv: program.setup }] : []),
    ...program.checks.map((argv) => ({ what: 'check' as const, argv })),
  ];
  for (const { what, argv } of wanted) {
    const ran = await runCommand(engine, composed, { what, argv, secrets, log, signal });
    commands.push(ran);
    if (what === 'setup' && !isGoodRun(ran)) break;
  }
  if (wanted.length > 0) {
    await engine.outside.files.ensureDir(`${engine.paths.logs}/instances`);
    await engine.outside.files.writeAtomic(
      `${engine.paths.logs}/instances/${instance}.commands.log`,
      log.map((line) => `${line}\n`).join(''),
      { mode: 0o600 },
    );
  }
  await engine.ledger.append([
    row('instance.prepared', { instance, commands }, { run, keys: [`commands:${instance}`] }),
  ]);
  const [setup] = commands;
  if (setup?.what === 'setup' && !isGoodRun(setup))
    throw new Fault('PROGRAM_SETUP_FAILED', `The set-up ${endedText(setup)}.`, {
      hints: ['Look at program.setup in orchestrate.yaml.', `orchestrate service logs --instance ${instance}`],
      data: { instance, tail: setup.tail },
    });
  return commands;
}

/** What ran before the start, from its row. */
export const preparedOf = (engine: Engine, instance: string): readonly CommandRun[] =>
  dataOf('instance.prepared', engine.ledger.latest(`commands:${instance}`))?.commands ?? [];

/** Returns `python3 -m unittest ended with 1 (FAILED (errors=1))`. */
export function endedText({ argv, exitCode, timedOut, durationMs, tail }: CommandRun): string {
  const name = commandText(argv);
  const said = tail.at(-1);
  if (timedOut) return `${name} did not end in ${Math.round(durationMs / 1000)} s`;
  return `${name} ended with ${exitCode ?? 'a signal'}${said === undefined ? '' : ` (${said.slice(0, 200)})`}`;
}

async function runCommand(
  engine: Engine,
  composed: ProgramComposed,
  options: {
    readonly what: CommandRun['what'];
    readonly argv: readonly string[];
    readonly secrets: readonly string[];
    readonly log: string[];
    readonly signal: AbortSignal;
  },
): Promise<CommandRun> {
  const { what, argv, secrets, log, signal } = options;
  const [program = '', ...args] = argv;
  const result = await startCommand(engine, composed, { what, argv: [program, ...args], signal });
  if (signal.aborted) throw new Fault('INTERRUPTED', 'The commands of the service were called off.');
  const lines = maskSecrets(linesOf(result), secrets);
  const { exitCode, timedOut, durationMs } = result;
  log.push(`$ ${commandText(argv)}`, ...lines, `-> ${exitCode ?? result.signal ?? 'not ended'} in ${durationMs} ms`);
  return {
    ...{ what, argv, exitCode, timedOut },
    durationMs: Math.round(durationMs),
    tail: lines.slice(-nTailLines).map((line) => line.slice(0, 300)),
  };
}

async function startCommand(
  engine: Engine,
  composed: ProgramComposed,
  {
    what,
    argv,
    signal,
  }: { readonly what: CommandRun['what']; readonly argv: readonly string[]; readonly signal: AbortSignal },
): Promise<ProgramResult> {
  const [program = '', ...args] = argv;
  try {
    return await engine.outside.processes.run(
      {
        program,
        args,
        cwd: programDir(composed.dir),
        env: environmentOf(engine, composed),
        timeoutMs: composed.program.commandSeconds * 1_000,
        maxOutputBytes,
        mark: markOf(engine, composed.instance),
      },
      signal,
    );
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'PROCESS_FAILED') throw error;
    const field = what === 'setup' ? 'program.setup' : 'program.checks';
    throw new Fault('PROCESS_FAILED', `The ${what} command ${commandText(argv)} cannot be started: ${error.message}`, {
      hints: [`Look at ${field} in orchestrate.yaml; programs are looked for on your PATH.`],
      cause: error,
      data: { program },
    });
  }
}

const linesOf = ({ stdout, stderr }: ProgramResult): readonly string[] =>
  `${stdout}\n${stderr}`.split(/[\r\n]+/).filter((line) => line.trim() !== '');

/** What the included files hold and nothing may tell, while they lie in the instance's folder. */
export async function secretsGiven(engine: Engine, { dir, program }: ProgramComposed): Promise<readonly string[]> {
  const secrets: string[] = [];
  for (const path of program.included) {
    const text = await engine.outside.files.readText(`${programDir(dir)}/${path}`).catch(() => undefined);
    if (text !== undefined) secrets.push(...secretsOf(text));
  }
  return [...new Set(secrets)].sort((a, b) => b.length - a.length);
}
