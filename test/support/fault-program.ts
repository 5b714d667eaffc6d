import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { join } from 'node:path';

import { build, type OutputFile, type Plugin } from 'esbuild';

const ROOT = join(import.meta.dirname, '..', '..');
const bundler = new URL('../../scripts/bundle.mjs', import.meta.url).href;

/** Replaces text of one module of the program. `find` must be there, else the build fails: a stale mutant proves nothing. */
export interface Mutation {
  /** End of the module's path, e.g. `engine/changes/merge.ts`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** What `init` writes down in test worlds: their tests switch production many times, and few are about the watch. */
export const quickWatch: Mutation = {
  file: 'app/init/plan-init.ts',
  find: 'watchSeconds: 5,',
  replace: 'watchSeconds: 0.2,',
};

/** What a bundle lacks of its packages that still call `require`. */
const banner = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
};

/** Builds the program as it is packed, with mutations if there are any, into a folder of its own. Returns its entry file. */
export async function buildProgram(into: string, mutations: readonly Mutation[] = []): Promise<string> {
  const dist = join(into, 'dist');
  fs.mkdirSync(dist, { recursive: true });
  for (const name of ['package.json', 'agents', 'trees', 'playbooks', 'memory', 'templates']) {
    fs.cpSync(join(ROOT, name), join(into, name), { recursive: true });
  }
  const { bundleProgram } = (await import(bundler)) as {
    bundleProgram: (options: { outdir: string; plugins: readonly Plugin[] }) => Promise<{ outputFiles: OutputFile[] }>;
  };
  const plugins = mutations.length === 0 ? [] : [mutate(mutations)];
  const { outputFiles } = await bundleProgram({ outdir: dist, plugins });
  for (const { path, contents } of outputFiles) fs.writeFileSync(path, contents);
  return join(dist, 'bin.cjs');
}

/** Builds one program of the tests over our modules, with mutations if there are any. Returns its file. */
export async function buildModule(options: {
  readonly from: string;
  readonly to: string;
  readonly mutations?: readonly Mutation[];
}): Promise<string> {
  const { from, to, mutations = [] } = options;
  await build({
    absWorkingDir: ROOT,
    entryPoints: [from],
    outfile: to,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    banner,
    logLevel: 'warning',
    plugins: mutations.length === 0 ? [] : [mutate(mutations)],
  });
  return to;
}

/** Returns a plugin that makes the mutations while it bundles. One for all of them: of two that load one module, only the first would be asked. */
export const mutate = (mutations: readonly Mutation[]): Plugin => ({
  name: 'mutations',
  setup(at) {
    const missing = new Set(mutations);
    const ends = mutations.map(({ file }) => file.replaceAll('.', '\\.'));
    at.onLoad({ filter: new RegExp(`(${ends.join('|')})$`) }, ({ path }) => {
      let text = fs.readFileSync(path, 'utf8');
      for (const one of mutations.filter(({ file }) => path.endsWith(file))) {
        if (!text.includes(one.find))
          throw new Error(`${one.file} no longer holds what the mutation replaces: ${one.find}`);
        text = text.replace(one.find, () => one.replace);
        missing.delete(one);
      }
      return { contents: text, loader: 'ts' };
    });
    at.onEnd(() => {
      if (missing.size > 0)
        throw new Error(`the program has no ${[...missing].map(({ file }) => file).join(', ')} to mutate`);
    });
  },
});

/** What a command did. */
export interface CommandResult {
  readonly exitStatus: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
  /** The parsed standard output; undefined when it is no JSON. */
  readonly json: Record<string, unknown> | undefined;
  readonly durationMs: number;
}

export interface RunningCommand {
  readonly pid: number;
  /** What it has printed until now. */
  readonly out: () => string;
  readonly done: Promise<CommandResult>;
}

/** Starts a command of the program. */
export function startCommand(options: {
  entry: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
}): RunningCommand {
  const { entry, args, cwd, env } = options;
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const done = once(child, 'close').then(([exitStatus, signal]): CommandResult => {
    return {
      exitStatus: exitStatus as number | null,
      signal: signal as NodeJS.Signals | null,
      out,
      err,
      json: jsonOf(out),
      durationMs: performance.now() - startedMs,
    };
  });
  return { pid: child.pid ?? -1, out: () => out, done };
}

/** Returns what a text says as JSON; undefined when it is none. */
export function jsonOf(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
