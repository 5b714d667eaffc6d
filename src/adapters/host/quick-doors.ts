import { existsSync, readdirSync, readFileSync, realpathSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

import type { QuickStatus } from '../sqlite/quick-status.ts';

/** `id:` of `orchestrate.yaml`; anything unusual in it is left to the full reader. */
const idPattern = /^id:[ \t]+["']?([a-z0-9][a-z0-9-]{0,63})["']?[ \t]*(?:#.*)?$/m;

/**
 * Returns the newest status of the installation around `cwd`, or undefined when there is none or it cannot be told
 * without reading `orchestrate.yaml` in full. For the fast path of `status`: loads nothing but Node's own modules.
 */
export async function readStatusAround(
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<QuickStatus | undefined> {
  const dir = findAround(cwd, env)?.stateDir;
  // SQLite is loaded only when there is something to read.
  return dir === undefined ? undefined : (await import('../sqlite/quick-status.ts')).readQuickStatus(dir);
}

/** Writes to standard output at once: making `process.stdout` costs a tenth of the time that Node takes to start. */
export function writeOut(text: string): void {
  const bytes = Buffer.from(text);
  let nWritten = 0;
  try {
    while (nWritten < bytes.length) nWritten += writeSync(1, bytes, nWritten);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Nobody reads any more, as after `| head`: there is nothing left to say.
    if (code === 'EPIPE') return;
    if (code !== 'EAGAIN') throw error;
    process.stdout.write(bytes.subarray(nWritten));
  }
}

/** Folders of definitions by kind, in the program's own folder and in home; the id is the name of the file. */
const definitionFolders: Readonly<Record<string, string>> = {
  agent: 'agents',
  tree: 'trees',
  playbook: 'playbooks',
};

/**
 * Returns the ids of a kind around `cwd`, for the completion of a shell. Never throws: a key that was pressed in the wrong folder gets
 * no answer. Ids that a shell would read as more than a word are left out.
 */
export async function readIdsAround(
  kind: string,
  {
    cwd,
    env,
    program,
  }: { cwd: string; env: Readonly<Record<string, string | undefined>>; program: string | undefined },
): Promise<readonly string[]> {
  try {
    const around = findAround(cwd, env);
    const folder = definitionFolders[kind];
    const found =
      folder !== undefined
        ? definitionIds(folder, around, program)
        : kind === 'template'
          ? templateIds(around, program)
          : around === undefined
            ? []
            : kind === 'smoke'
              ? namesIn(join(around.home, 'workflows'))
              : (await import('../sqlite/quick-ids.ts')).readQuickIds(around.stateDir, kind);
    return [...new Set(found)].filter((id) => plainWord.test(id));
  } catch {
    return [];
  }
}

/** Nothing that a shell expands, splits or runs. */
const plainWord = /^[A-Za-z0-9_][\w@%+:,./-]{0,199}$/;

/** `program` is what was started, one folder below the program's own: `bin/orchestrate.cjs`, `dist/bin.cjs`, `src/bin.ts`. */
function definitionIds(folder: string, around: Around | undefined, program: string | undefined): readonly string[] {
  const builtIn = ownFolder(program).map((dir) =>
    join(dir, around?.isService === true ? 'templates/service' : '', folder),
  );
  return [...(around === undefined ? [] : [join(around.home, folder)]), ...builtIn].flatMap(namesIn);
}

const ownFolder = (program: string | undefined): readonly string[] =>
  program === undefined ? [] : [dirname(dirname(realpathSync(program)))];

/** Folders that hold a `template.yaml`: the program's, and those that were added to the installation. */
const templateIds = (around: Around | undefined, program: string | undefined): readonly string[] =>
  [...ownFolder(program), ...(around === undefined ? [] : [around.stateDir])]
    .map((dir) => join(dir, 'templates'))
    .flatMap(foldersIn);

const foldersIn = (dir: string): readonly string[] =>
  existsSync(dir) ? readdirSync(dir).filter((id) => existsSync(join(dir, id, 'template.yaml'))) : [];

const namesIn = (dir: string): readonly string[] =>
  existsSync(dir)
    ? readdirSync(dir).flatMap((name) => /^(?!README\.)([^.]+)\.(?:yaml|yml|md|json)$/.exec(name)?.[1] ?? [])
    : [];

interface Around {
  readonly home: string;
  readonly stateDir: string;
  readonly isService: boolean;
}

function findAround(cwd: string, env: Readonly<Record<string, string | undefined>>): Around | undefined {
  for (let dir = cwd; ; dir = dirname(dir)) {
    const file = join(dir, 'orchestrate.yaml');
    if (existsSync(file)) {
      const text = readFileSync(file, 'utf8');
      const id = idPattern.exec(text)?.[1];
      if (id === undefined) return undefined;
      const isService = /^template:[ \t]*["']?service\b/m.test(text);
      return { home: dir, stateDir: join(stateHome(env), 'orchestrate', id), isService };
    }
    if (dir === dirname(dir)) return undefined;
  }
}

function stateHome(env: Readonly<Record<string, string | undefined>>): string {
  const stateHome = env['XDG_STATE_HOME'];
  if (stateHome !== undefined && isAbsolute(stateHome)) return stateHome;
  const home = env['HOME'];
  return join(home !== undefined && isAbsolute(home) ? home : homedir(), '.local', 'state');
}
