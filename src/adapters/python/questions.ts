import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Fault } from '../../base/fault.ts';
import { normalName } from '../../domain/environments/package-name.ts';
import type { ImportResult } from '../../ports/python.ts';
import { withScratch } from './child-environment.ts';
import { requireName } from './names.ts';
import type { Parts } from './parts.ts';

/** A first import of a large package reads gigabytes. */
const importTimeoutMs = 5 * 60_000;
const askTimeoutMs = 60_000;
/** Two at once: an import is mostly waiting for the disk. */
const importConcurrency = 2;

type Question = { readonly python: string; readonly mark: string };

/** Imports each module in a process of its own. A crash of the process is a result. */
export async function importCheck(
  parts: Parts,
  options: Question & { modules: readonly string[] },
): Promise<readonly ImportResult[]> {
  const scratchDir = await mkdtemp(join(tmpdir(), 'orchestrate-'));
  const results = new Map<string, ImportResult>();
  const queue = [...new Set(options.modules)];
  const work = async (): Promise<void> => {
    for (let module = queue.shift(); module !== undefined; module = queue.shift()) {
      results.set(module, await importOne(parts, { ...options, module, scratchDir }));
    }
  };
  try {
    await Promise.all(Array.from({ length: importConcurrency }, work));
  } finally {
    await parts.files.remove(scratchDir);
  }
  return options.modules.map((module) => results.get(module)).filter((result) => result !== undefined);
}

const answerPrefix = '\u0001orchestrate ';

async function importOne(
  parts: Parts,
  options: Question & { module: string; scratchDir: string },
): Promise<ImportResult> {
  const { module } = options;
  const result = await withScratch(parts, options.scratchDir, ({ dir, env }) =>
    parts.processes.run({
      program: options.python,
      args: ['-I', '-B', '-c', importScript, module],
      env,
      cwd: dir,
      timeoutMs: importTimeoutMs,
      mark: options.mark,
    }),
  );
  const answer = result.stdout.split('\n').findLast((line) => line.startsWith(answerPrefix));
  if (answer !== undefined && result.exitCode === 0) {
    return { module, ...(JSON.parse(answer.slice(answerPrefix.length)) as Omit<ImportResult, 'module'>) };
  }
  if (result.timedOut)
    return {
      module,
      ok: false,
      version: null,
      error: `the import did not finish in ${importTimeoutMs / 60_000} minutes`,
    };
  const how = result.signal === null ? `exit status ${result.exitCode}` : result.signal;
  const last = result.stderr.trim().split('\n').at(-1) ?? '';
  return {
    module,
    ok: false,
    version: null,
    error: `the process ended during the import (${how})${last === '' ? '' : `: ${last}`}`,
  };
}

/** The process ends at once after the answer: threads that a package started are of no interest. */
const importScript = `
import json, os, sys
def answer(ok, version, error):
    sys.stdout.write("\\n\\x01orchestrate " + json.dumps({"ok": ok, "version": version, "error": error}) + "\\n")
    sys.stdout.flush()
    os._exit(0)
try:
    import importlib
    module = importlib.import_module(sys.argv[1])
    version = getattr(module, "__version__", None)
    answer(True, version if isinstance(version, str) else None, None)
except BaseException as error:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else kind.__module__ + "." + kind.__qualname__
    try:
        said = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    except Exception:
        said = ""
    answer(False, None, name + ": " + said if said else name)
`;

/** Lists the distributions that the environment really holds. */
export async function freeze(parts: Parts, options: Question): Promise<readonly { name: string; version: string }[]> {
  const found = await ask<[string, string][]>(parts, options, { script: freezeScript, args: [] });
  const packages = found.map(([name, version]) => ({ name: normalName(name), version }));
  return packages.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

const freezeScript = `
import importlib.metadata, json
seen = {}
for found in importlib.metadata.distributions():
    name = found.metadata["Name"]
    if name and name not in seen:
        seen[name] = found.version
print(json.dumps(sorted(seen.items())))
`;

/** Lists the modules that each distribution puts on the path; one that is not installed has none. */
export async function modulesOf(
  parts: Parts,
  options: Question & { packages: readonly string[] },
): Promise<Readonly<Record<string, readonly string[]>>> {
  return ask(parts, options, { script: modulesScript, args: options.packages.map(requireName) });
}

const modulesScript = `
import importlib.machinery, importlib.metadata, json, re, sys
suffixes = tuple(sorted(importlib.machinery.all_suffixes(), key=len, reverse=True))
def modules(name):
    try:
        found = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return []
    tops = set()
    for path in found.files or []:
        parts = path.parts
        if ".." in parts or "__pycache__" in parts or not str(path).endswith(suffixes):
            continue
        top = parts[0]
        if len(parts) == 1:
            top = next((top[: -len(suffix)] for suffix in suffixes if top.endswith(suffix)), top)
        if top.isidentifier():
            tops.add(top)
    listed = (found.read_text("top_level.txt") or "").split()
    return sorted(tops.intersection(listed) or tops)
print(json.dumps({name: modules(name) for name in sys.argv[1:]}))
`;

async function ask<T>(
  parts: Parts,
  { python, mark }: Question,
  { script, args }: { script: string; args: readonly string[] },
): Promise<T> {
  const env = { PATH: parts.searchPath.join(':'), LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };
  const result = await parts.processes.run({
    program: python,
    args: ['-I', '-B', '-c', script, ...args],
    env,
    cwd: '/',
    timeoutMs: askTimeoutMs,
    mark,
  });
  if (result.exitCode === 0) return JSON.parse(result.stdout) as T;
  const last = result.stderr.trim().split('\n').at(-1) ?? '';
  throw new Fault('PROCESS_FAILED', `The Python ${python} did not answer: ${last}`, {
    data: { log: result.stderr.slice(-4000) },
  });
}
