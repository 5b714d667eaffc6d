import { join } from 'node:path';

import { Fault } from '../../base/fault.ts';
import { normalName } from '../../domain/environments/package-name.ts';
import type { PythonFacts } from '../../ports/python.ts';
import { findProgram } from '../host/search-path.ts';
import { childEnvironment, type Scratch } from './child-environment.ts';
import { resolveTimeoutMs } from './dry-run.ts';
import { indexSource } from './index-source.ts';
import type { Parts } from './parts.ts';
import type { ResolveOptions } from './resolve.ts';
import { ensureBareVenv } from './tools.ts';

const askTimeoutMs = 20_000;

/** Finds uv on the search path, or as a module of the interpreter; `missing` when neither answers. */
export async function findUv(parts: Parts, interpreter: string): Promise<NonNullable<PythonFacts['uv']>> {
  const onPath = findProgram('uv', parts.searchPath);
  const ways = [
    ...(onPath === undefined ? [] : [{ program: onPath, args: [] }]),
    { program: interpreter, args: ['-I', '-m', 'uv'] },
  ];
  for (const { program, args } of ways) {
    const env = { ...childEnvironment(parts.searchPath, '/nonexistent'), ...ownSettings };
    const spec = { program, args: [...args, '--version'], env, cwd: '/', timeoutMs: askTimeoutMs };
    const { exitCode, stdout } = await parts.processes.run(spec).catch(() => ({ exitCode: 1, stdout: '' }));
    const version = /^uv (\d+\.\d+\.\d+)/.exec(stdout)?.[1];
    if (exitCode === 0 && version !== undefined) return { program, args, version };
  }
  return 'missing';
}

/** No file of the person's or the folder's decides, no Python is fetched, and an index is waited for as long as pip waits. */
const ownSettings = {
  ...{ UV_NO_CONFIG: '1', UV_PYTHON_DOWNLOADS: 'never', UV_NO_PROGRESS: '1', NO_COLOR: '1' },
  ...{ UV_HTTP_TIMEOUT: '20', UV_HTTP_RETRIES: '2' },
};

/** What uv chose: exact versions, and the hashes that it saw on the index. */
export interface Compiled {
  /** By normalised name. */
  readonly versions: ReadonlyMap<string, string>;
  readonly hashes: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Lets uv choose versions, wheels only, from exactly one index. Undefined when it finds no answer: pip is asked then,
 * whose reasons are read in one place. Fault: `UV_MISSING` when the person wants uv and there is none.
 */
export async function compileWithUv(
  parts: Parts,
  options: ResolveOptions,
  files: {
    readonly scratch: Scratch;
    readonly constraintArgs: readonly string[];
    readonly keptArgs: readonly string[];
  },
): Promise<Compiled | undefined> {
  const { python, toolsDir, mark, requirements, index } = options;
  const { uv } = python;
  if (uv === undefined) return undefined;
  if (uv === 'missing') {
    throw new Fault('UV_MISSING', 'orchestrate.yaml asks for uv (python.resolver), and it is not on this machine.', {
      state: 'Nothing was changed.',
      hints: ['pip install uv, or set python.resolver to auto or pip in orchestrate.yaml'],
    });
  }
  const { scratch } = files;
  const source = await indexSource(parts, index, scratch);
  const bare = await ensureBareVenv(parts, python, toolsDir);
  const listPath = join(scratch.dir, 'uv-requirements.txt');
  await parts.files.writeAtomic(listPath, requirements.map((line) => `${line}\n`).join(''));
  const { certificateFile } = parts.network;
  const from = index.kind === 'folder' ? source.args : ['--default-index', source.name];
  const result = await parts.processes.run({
    program: uv.program,
    args: [
      ...[...uv.args, 'pip', 'compile', listPath, '--python', bare, '--cache-dir', join(toolsDir, 'uv-cache')],
      ...['--no-build', '--generate-hashes', '--no-header', '--no-annotate', '--quiet'],
      ...[...from, ...files.keptArgs, ...files.constraintArgs],
    ],
    env: {
      ...{ ...scratch.env, ...source.env, ...ownSettings },
      ...(certificateFile === undefined ? {} : { SSL_CERT_FILE: certificateFile }),
    },
    cwd: scratch.dir,
    timeoutMs: resolveTimeoutMs,
    mark,
  });
  if (result.exitCode === 0) return readCompiled(result.stdout);
  parts.log?.info('uv found no answer, and pip is asked', { said: result.stderr.slice(-2000) });
  return undefined;
}

/** `name==1.0 \` and lines of hashes below; what came as a file has no version here. */
function readCompiled(text: string): Compiled {
  const versions = new Map<string, string>();
  const hashes = new Map<string, Set<string>>();
  let name = '';
  for (const line of text.split('\n')) {
    const pinned = /^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)/.exec(line);
    if (/^\S/.test(line)) name = normalName(pinned?.[1] ?? '');
    if (pinned?.[2] !== undefined) versions.set(name, pinned[2]);
    for (const [, hex = ''] of line.matchAll(/--hash=sha256:([0-9a-f]{64})/g))
      hashes.set(name, (hashes.get(name) ?? new Set()).add(hex));
  }
  return { versions, hashes };
}
