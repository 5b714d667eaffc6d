import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** What one command of the product did. */
export interface Answer {
  readonly command: string;
  readonly exitCode: number | null;
  /** The parsed standard output, or undefined when it is no JSON. */
  readonly json: unknown;
  readonly durationMs: number;
}

/** Runs a command of the product and gives back what it printed as JSON. */
export type Ask = (args: readonly string[], cwd: string) => Promise<Answer>;

const BIN = process.env['ORCHESTRATE_BIN'] ?? join(import.meta.dirname, '..', '..', 'bin', 'orchestrate.cjs');

/**
 * Returns the way to ask the product. What it keeps and its sockets go below
 * `folder`; its narration (stderr) goes to ours, live.
 */
export function productIn(folder: string): Ask {
  const env = environmentIn(folder);
  return (args, cwd) =>
    new Promise((resolve, reject) => {
      const startedMs = performance.now();
      const shown = `orchestrate ${args.map((arg) => (/\s/.test(arg) ? JSON.stringify(arg) : arg)).join(' ')}`;
      process.stderr.write(`\n$ ${shown}\n`);
      const child = spawn(process.execPath, [...argvOf(args)], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
      let out = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        out += text;
        // What is not asked for as data is meant for the person who looks on.
        if (!args.includes('--json')) process.stdout.write(text);
      });
      child.once('error', reject);
      child.once('close', (exitCode) =>
        resolve({ command: shown, exitCode, json: parse(out), durationMs: performance.now() - startedMs }),
      );
    });
}

/** Returns the arguments with which this very Node is the product. */
export const argvOf = (args: readonly string[]): readonly string[] => [
  '--disable-warning=ExperimentalWarning',
  BIN,
  ...args,
];

/** Returns the environment of a product that keeps everything below `folder`. */
export const environmentIn = (folder: string): NodeJS.ProcessEnv => ({
  ...process.env,
  XDG_STATE_HOME: join(folder, 'state'),
  XDG_RUNTIME_DIR: join(folder, 'run'),
  XDG_CONFIG_HOME: join(folder, 'config'),
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns the first object in a JSON value, the value included, that has all these keys; undefined when there is none. */
export function findWith(json: unknown, ...keys: readonly string[]): Record<string, unknown> | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  if (!Array.isArray(json) && keys.every((key) => key in json)) return json as Record<string, unknown>;
  for (const inner of Object.values(json)) {
    const found = findWith(inner, ...keys);
    if (found) return found;
  }
  return undefined;
}

/** Returns the first array in a JSON value whose members are objects with all these keys. */
export function findListWith(json: unknown, ...keys: readonly string[]): readonly Record<string, unknown>[] {
  if (typeof json !== 'object' || json === null) return [];
  if (Array.isArray(json) && json.length > 0 && json.every((item) => findWith(item, ...keys) === item)) return json;
  for (const inner of Object.values(json)) {
    const found = findListWith(inner, ...keys);
    if (found.length > 0) return found;
  }
  return [];
}

/** Returns the sentence with which the product explains a failure, or undefined. */
export function reasonOf(json: unknown): string | undefined {
  const fault = findWith(json, 'code', 'message');
  return typeof fault?.['message'] === 'string' ? fault['message'] : undefined;
}
