import { Fault } from '../../base/fault.ts';
import { absolutePath } from '../../base/paths.ts';
import { parseConfig } from '../../domain/definitions/config.ts';
import { branchNameProblem } from '../../domain/definitions/name-rules.ts';
import { printConfig } from '../../domain/definitions/print-config.ts';
import type { InstallationConfig } from '../../domain/definitions/types.ts';
import type { LockedPackage } from '../../domain/environments/lock.ts';
import { editRequirement, parseRequirements, printRequirement } from '../../domain/environments/requirements.ts';
import { parseGraph } from '../../domain/instances/workflow.ts';
import type { Files, PackageIndex, PythonFacts } from '../../ports/index.ts';
import type { App } from '../app.ts';
import { findComponents, type FoundComponent } from './look.ts';
import type { InitReport } from './report.ts';

export interface InitOptions {
  readonly dir: string;
  readonly comfyui: string;
  readonly index: string | null;
  readonly require: readonly string[];
  readonly workflow: readonly string[];
  readonly port: number;
  readonly branch: string;
  readonly python: string | null;
  readonly cpu: boolean;
}

/** Everything that was found out; carrying it out asks nothing again. */
export interface InitPlan {
  readonly options: InitOptions;
  readonly home: string;
  readonly comfyui: string;
  readonly python: PythonFacts;
  readonly found: readonly FoundComponent[];
  readonly requirementsText: string;
  readonly packages: readonly LockedPackage[];
  readonly workflows: readonly { readonly name: string; readonly text: string }[];
  /** With the id that the installation would get. */
  readonly config: InstallationConfig;
  readonly report: Omit<InitReport, 'state'>;
}

const publicIndex: PackageIndex = { kind: 'url', url: 'https://pypi.org/simple' };

/** First file of an init, with the id: one that was interrupted goes on under the same. */
export const beginFile = '.orchestrate/init-id';

/**
 * Looks at the ComfyUI folder and resolves its environment. Writes nothing that stays.
 * Faults: `HOME_EXISTS`, `COMPONENT_NOT_FOUND`, `NAME_INVALID`, `CONFIG_INVALID`, `USAGE_BAD_ARGUMENT`, those of Python and the index.
 */
export async function planInit(app: App, options: InitOptions): Promise<InitPlan> {
  const { files, host, random } = app.outside;
  requireBranch(options.branch);
  const home = absolutePath(app.cwd, options.dir);
  const asked = absolutePath(app.cwd, options.comfyui);
  const comfyui = (await files.realPath(asked)) ?? asked;
  await requireFree(files, home);
  if (`${home}/`.startsWith(`${comfyui}/`)) {
    throw new Fault('HOME_EXISTS', 'The home must lie beside the ComfyUI folder, not inside it.', {
      hints: [`orchestrate init ${comfyui}-home --comfyui ${comfyui}`],
      state: 'Nothing was written.',
    });
  }
  const id = (await files.readText(`${home}/${beginFile}`))?.trim() ?? random.hex(4);
  const config = checkedConfig({ id, home, comfyui, options, index: indexOf(app.cwd, options.index) });
  const found = await findComponents(files, comfyui);
  const requirementsText = await requirements(files, comfyui, options.require);
  const workflows = await readWorkflows(app, options.workflow);
  const toolsDir = `${host.tempDir}/orchestrate-init-${random.hex(4)}`;
  try {
    const { python, packages } = await resolveEnvironment(app, { config, requirementsText, toolsDir });
    const modules = ['torch', 'torchvision', 'numpy'].filter((name) => packages.some((one) => one.name === name));
    const plan = {
      options,
      home,
      comfyui,
      python,
      found,
      requirementsText,
      packages,
      workflows,
      config: { ...config, python: { ...config.python, modules } },
    };
    return { ...plan, report: reportOf(plan, host.stateHome) };
  } finally {
    await files.remove(toolsDir);
  }
}

function requireBranch(name: string): void {
  const problem = branchNameProblem(name);
  if (problem === undefined) return;
  throw new Fault('NAME_INVALID', `--branch ${JSON.stringify(name)} is no name for a branch: it ${problem}.`, {
    hints: ['orchestrate init --help'],
  });
}

async function requireFree(files: Files, home: string): Promise<void> {
  const info = await files.info(home);
  if (info === undefined) return;
  const names = info.kind === 'directory' ? await files.list(home) : ['(a file)'];
  if (names.length === 0 || (await files.readText(`${home}/${beginFile}`)) !== undefined) return;
  // Killed before the id was written: the folder for it is there, with nothing in it but a half-written file.
  if (
    names.every((name) => name === '.orchestrate') &&
    (await files.list(`${home}/.orchestrate`)).every((name) => name.endsWith('.tmp'))
  )
    return;
  throw new Fault('HOME_EXISTS', `${home} is not empty: it holds ${names.slice(0, 3).join(', ')}.`, {
    hints: ['orchestrate init <a folder that does not exist yet> --comfyui <ComfyUI folder>'],
    state: 'Nothing was written.',
  });
}

function indexOf(cwd: string, text: string | null): PackageIndex {
  if (text === null) return publicIndex;
  return /^https?:\/\//.test(text) ? { kind: 'url', url: text } : { kind: 'folder', path: absolutePath(cwd, text) };
}

/** What is written has to be readable again: a password in an address, say, is found now and not at the next command. */
function checkedConfig(options: {
  id: string;
  home: string;
  comfyui: string;
  options: InitOptions;
  index: PackageIndex;
}): InstallationConfig {
  const { id, home, comfyui, index } = options;
  const { port, cpu, python } = options.options;
  const config: InstallationConfig = {
    id,
    name: home.slice(home.lastIndexOf('/') + 1),
    service: {
      mode: 'managed',
      port,
      args: cpu ? ['--cpu'] : [],
      startCommand: [],
      stopCommand: [],
      startSeconds: 180,
      userDir: `${comfyui}/user`,
      inputDir: `${comfyui}/input`,
      outputDir: `${comfyui}/output`,
    },
    ports: { first: 8191, last: 8290 },
    python: { program: python, index, torchIndex: null, resolver: 'auto', modules: [] },
    policy: {
      maxDownloadBytes: 10 * 2 ** 30,
      autoMerge: [],
      maxSlowdown: 1.3,
      minAgeSeconds: 14 * 86_400,
      borrowVram: 'ask',
      keep: { last: 3, youngerThanSeconds: 14 * 86_400 },
    },
    supervisor: { idleSeconds: 600 },
    adopted: null,
  };
  return parseConfig({ file: 'orchestrate.yaml (to be written)', text: printConfig(config), origin: 'installation' });
}

async function requirements(files: Files, comfyui: string, required: readonly string[]): Promise<string> {
  const own = (await files.readText(`${comfyui}/requirements.txt`)) ?? '';
  let text = `# What the environment must hold. Change this file, never requirements.lock.\n${own}`;
  for (const line of required) {
    const asked = requirementOf(line);
    text = editRequirement(text, { name: asked.name, specifier: asked.specifier });
  }
  return text.endsWith('\n') ? text : `${text}\n`;
}

/** What stands on the command line is a wrong argument there, not a wrong definition. */
function requirementOf(line: string): { readonly name: string; readonly specifier: string } {
  const hints = ['orchestrate init --help'];
  try {
    const [asked, second] = parseRequirements({ file: '--require', text: line });
    if (asked !== undefined && second === undefined) return asked;
  } catch (error) {
    if (!(error instanceof Fault) || error.at === undefined) throw error;
    throw new Fault('USAGE_BAD_ARGUMENT', error.message, { at: error.at, hints, cause: error });
  }
  throw new Fault('USAGE_BAD_ARGUMENT', `--require ${JSON.stringify(line)} has to name one package.`, { hints });
}

async function readWorkflows(app: App, paths: readonly string[]): Promise<InitPlan['workflows']> {
  const workflows: { name: string; text: string }[] = [];
  for (const path of paths) {
    const file = absolutePath(app.cwd, path);
    const text = await app.outside.files.readText(file);
    const name = /([^/]+)\.json$/.exec(file)?.[1]?.replace(/[^A-Za-z0-9._-]+/g, '-');
    if (text === undefined || name === undefined) {
      throw new Fault('USAGE_BAD_ARGUMENT', `--workflow ${path} is no JSON file that can be read.`, {
        hints: ['orchestrate init --help'],
      });
    }
    parseGraph({ name, text });
    workflows.push({ name, text });
  }
  return workflows;
}

async function resolveEnvironment(
  app: App,
  options: { config: InstallationConfig; requirementsText: string; toolsDir: string },
): Promise<{ python: PythonFacts; packages: readonly LockedPackage[] }> {
  const { config, requirementsText, toolsDir } = options;
  const { python: port, random } = app.outside;
  const python = await port.probe({
    toolsDir,
    ...(config.python.program === null ? {} : { program: config.python.program }),
  });
  const wanted = parseRequirements({ file: 'requirements.txt', text: requirementsText });
  const resolved = await port.resolve({
    requirements: wanted.map((one) => printRequirement({ ...one, comment: null })),
    index: config.python.index,
    python,
    toolsDir,
    mark: `init/${random.hex(4)}`,
  });
  if (resolved.kind === 'impossible')
    throw new Fault(resolved.code, resolved.reason, { hints: ['orchestrate init --help   (--require, --index)'] });
  return { python, packages: resolved.packages };
}

function reportOf(plan: Omit<InitPlan, 'report'>, stateHome: string): InitPlan['report'] {
  const sizes = plan.packages.map((one) => one.sizeBytes);
  return {
    home: plan.home,
    id: null,
    stateFolder: null,
    branch: plan.options.branch,
    port: plan.options.port,
    python: plan.python.version,
    components: plan.found.map(({ id, path, source, commit }) => ({ id, path, source, commit, files: null })),
    packages: plan.packages.map(({ name, version }) => ({ name, version })),
    downloadBytes: sizes.every((size) => size !== null) ? sizes.reduce((sum, size) => sum + size, 0) : null,
    workflows: plan.workflows.map((one) => one.name),
    writes: [plan.home, `${stateHome}/orchestrate/<id>`],
    restorePoint: null,
    environment: null,
    next: ['Repeat with --yes to write this.'],
  };
}
