import { Fault } from '../../base/fault.ts';
import { absolutePath } from '../../base/paths.ts';
import { detectLayout, type Layout, layoutMarks } from '../../domain/installation/layouts.ts';
import type { StartCommand } from '../../domain/instances/start-command.ts';
import type { Files } from '../../ports/index.ts';
import type { App } from '../app.ts';
import { readHead } from './look.ts';
import { askRunning } from './running.ts';

/** What a person said about where things are. */
export interface WhereAsked {
  readonly comfyui: string | null;
  /** Folder of an environment, or its interpreter. */
  readonly environment: string | null;
  /** Address of a server that runs. */
  readonly running: string | null;
  /** Resolve and build a new environment, whatever is found. */
  readonly fresh: boolean;
}

/** A ComfyUI folder and what belongs to it. */
export interface Surroundings {
  readonly comfyui: string;
  /** Holds models, packs, user, input and output: the ComfyUI folder, or the base directory of a running server. */
  readonly base: string;
  readonly layout: Layout;
  /** Interpreter of an environment that was found, with how. */
  readonly environment: { readonly python: string; readonly how: string } | null;
  /** Folders of environments inside the ComfyUI folder: no part of its component. */
  readonly insideEnvironments: readonly string[];
  readonly start: StartCommand | null;
  readonly folders: { readonly user: string; readonly input: string; readonly output: string };
  /** Sentences about what a person should know. */
  readonly notes: readonly string[];
}

const nothing = 'Nothing was written.';

/** Looks at a ComfyUI folder and around it. Writes nothing. Faults: `USAGE_BAD_ARGUMENT`, `PYTHON_MISSING`, `FILE_ACCESS`, those of `askRunning`. */
export async function lookAround(app: App, asked: WhereAsked): Promise<Surroundings> {
  const { files } = app.outside;
  const running = asked.running === null ? null : await askRunning(app, asked.running);
  const named = asked.comfyui === null ? running?.start.comfyui : absolutePath(app.cwd, asked.comfyui);
  if (named === undefined)
    throw new Fault('USAGE_BAD_ARGUMENT', 'Which ComfyUI? Name its folder, or the address of a server that runs.', {
      hints: ['orchestrate init <home> --comfyui <folder that holds main.py>', 'orchestrate init --help'],
      state: nothing,
    });
  const comfyui = (await files.realPath(named)) ?? named;
  const start = running?.start ?? null;
  const head = await readHead(files, comfyui);
  const layout = detectLayout({
    comfyui,
    git: head === null ? null : { branch: head.branch, tag: head.tag, commit: head.commit },
    there: await presentOf(files, layoutMarks(comfyui)),
  });
  const insideEnvironments = await environmentsInside(files, comfyui);
  const notes: string[] = [...(running?.notes ?? [])];
  const environment = asked.fresh
    ? null
    : ((await askedEnvironment(app, asked.environment)) ??
      running?.environment ??
      (await foundEnvironment(files, layout, insideEnvironments, notes)));
  const base = start?.baseDir ?? comfyui;
  const folder = async (name: 'user' | 'input' | 'output', given: string | null | undefined): Promise<string> =>
    throughLink(files, given ?? `${base}/${name}`, notes);
  const folders = {
    user: await folder('user', start?.userDir),
    input: await folder('input', start?.inputDir),
    output: await folder('output', start?.outputDir),
  };
  return { comfyui, base, layout, environment, insideEnvironments, start, folders, notes };
}

async function presentOf(files: Files, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const there = new Set<string>();
  for (const path of paths) if ((await files.info(path)) !== undefined) there.add(path);
  return there;
}

async function askedEnvironment(app: App, asked: string | null): Promise<Surroundings['environment']> {
  if (asked === null) return null;
  const { files } = app.outside;
  const path = absolutePath(app.cwd, asked);
  const isFolder = (await files.info((await files.realPath(path)) ?? path))?.kind === 'directory';
  const python = isFolder ? `${path}/bin/python` : path;
  if ((await files.info(python)) !== undefined) return { python, how: 'named by --environment' };
  throw new Fault('PYTHON_MISSING', `--environment ${asked} is no environment: there is no ${python}.`, {
    hints: ['Name the folder that holds bin/python, or that interpreter.'],
    state: nothing,
  });
}

/** One that lies inside the ComfyUI folder or beside it; what else was seen is told. */
async function foundEnvironment(
  files: Files,
  layout: Layout,
  inside: readonly string[],
  notes: string[],
): Promise<Surroundings['environment']> {
  const seen: string[] = [];
  for (const dir of [...new Set([...layout.environments, ...inside])])
    if ((await files.info(`${dir}/bin/python`)) !== undefined) seen.push(dir);
  const [first, ...others] = seen;
  if (first === undefined) return null;
  if (others.length > 0)
    notes.push(`other environments were seen and not taken: ${others.join(', ')} (--environment takes another)`);
  return { python: `${first}/bin/python`, how: 'found with the ComfyUI folder' };
}

/** Folders at the top of the ComfyUI folder that are environments, whatever their name. */
async function environmentsInside(files: Files, comfyui: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await files.list(comfyui)) {
    const dir = `${comfyui}/${name}`;
    if ((await files.info(dir))?.kind !== 'directory') continue;
    const isEnvironment =
      (await files.info(`${dir}/pyvenv.cfg`)) !== undefined || (await files.info(`${dir}/conda-meta`)) !== undefined;
    if (isEnvironment) found.push(dir);
  }
  return found;
}

/** A folder of the person's that is a link stays one: production is given the folder itself. */
async function throughLink(files: Files, path: string, notes: string[]): Promise<string> {
  const link = await files.readLink(path);
  if (link === undefined) return path;
  const real = await files.realPath(path);
  if (real === undefined)
    throw new Fault('FILE_ACCESS', `${path} is a link to ${link}, which is not there.`, {
      hints: ['Mount or make that folder, or remove the link.'],
      state: nothing,
    });
  notes.push(`${path} is a link: production is given ${real}`);
  return real;
}
