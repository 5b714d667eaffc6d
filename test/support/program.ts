import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What one command of the packed program did. */
export interface Answer {
  readonly exitCode: number | null;
  /** The parsed standard output; an empty object when it is no JSON. */
  readonly json: JsonRecord;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

export type JsonRecord = Readonly<Record<string, unknown>>;

export interface ProgramPlace {
  /** Everything that the program keeps and its sockets go below this folder. */
  readonly folder: string;
  readonly home: string;
}

/** The program as it is packed: `npm test` has built it. */
const BIN = process.env['ORCHESTRATE_BIN'] ?? fileURLToPath(new URL('../../bin/orchestrate.cjs', import.meta.url));
/** Longer than any command of these tests; a hang is a failure, not a wait. */
const LIMIT_MS = Number(process.env['ORCHESTRATE_TEST_LIMIT_MS'] ?? 60_000);

/** What the last commands were and told on stderr, for a test that failed. */
const told: string[] = [];
export const lastNarration = (): string => told.join('');

/** Runs one command of the packed program as a process of its own, in home. A hang ends it and throws. */
export const orchestrate = (
  place: ProgramPlace,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Answer> => runProgram(place, [...args, '--json'], more);

/** The same as a person sees it: what a terminal would be given, in colour. */
export const orchestrateInWords = (place: ProgramPlace, args: readonly string[]): Promise<Answer> =>
  runProgram(place, args, { FORCE_COLOR: '1' });

function runProgram(
  place: ProgramPlace,
  args: readonly string[],
  more: Readonly<Record<string, string>>,
): Promise<Answer> {
  const env = {
    ...process.env,
    XDG_STATE_HOME: `${place.folder}/state`,
    XDG_RUNTIME_DIR: `${place.folder}/run`,
    XDG_CONFIG_HOME: `${place.folder}/config`,
    ...more,
  };
  const cwd = existsSync(place.home) ? place.home : place.folder;
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const argv = ['--disable-warning=ExperimentalWarning', BIN, ...args];
    const child = spawn(process.execPath, argv, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`orchestrate ${args.join(' ')} did not end within ${LIMIT_MS / 1000} s\n${stderr}`));
    }, LIMIT_MS);
    child.once('error', reject);
    child.once('close', (exitCode) => {
      clearTimeout(timer);
      told.push(`\n$ orchestrate ${args.join(' ')}   (exit ${exitCode})\n${stderr}`);
      if (told.length > 4) told.shift();
      resolve({ exitCode, json: parse(stdout), stdout, stderr, durationMs: performance.now() - startedMs });
    });
  });
}

/** Reads a value inside of an answer by its keys; undefined when there is none. */
export function at(value: unknown, ...keys: readonly (string | number)[]): unknown {
  let here = value;
  for (const key of keys) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<string | number, unknown>)[key];
  }
  return here;
}

/** The same for a text; throws when there is none. */
export function textAt(value: unknown, ...keys: readonly (string | number)[]): string {
  const found = at(value, ...keys);
  if (typeof found !== 'string')
    throw new Error(`no text at ${keys.join('.')} of ${JSON.stringify(value)?.slice(0, 2000)}`);
  return found;
}

/** The same for a list; empty when there is none. */
export function listAt(value: unknown, ...keys: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...keys);
  return Array.isArray(found) ? found : [];
}

function parse(text: string): JsonRecord {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as JsonRecord) : {};
  } catch {
    return {};
  }
}
