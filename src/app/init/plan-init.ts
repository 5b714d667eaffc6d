import { Fault } from '../../base/fault.ts';
import { absolutePath } from '../../base/paths.ts';
import { defaultBusLimits } from '../../domain/bus/limits.ts';
import { defaultAlerts } from '../../domain/definitions/alerts-config.ts';
import { parseConfig } from '../../domain/definitions/config.ts';
import { logsOf, logsSchema } from '../../domain/definitions/logs-config.ts';
import { monitoringOf, monitoringSchema } from '../../domain/definitions/monitoring-config.ts';
import { branchNameProblem } from '../../domain/definitions/name-rules.ts';
import { printConfig } from '../../domain/definitions/print-config.ts';
import type { InstallationConfig } from '../../domain/definitions/types.ts';
import { editRequirement, parseRequirements } from '../../domain/environments/requirements.ts';
import { parseGraph } from '../../domain/instances/workflow.ts';
import type { Files, PackageIndex } from '../../ports/index.ts';
import type { App } from '../app.ts';
import { readShipped } from '../operations/_workflow-source.ts';
import { beginFile } from './begin-file.ts';
import { borrowEnvironment, type InitEnvironment, resolveEnvironment } from './init-environment.ts';
import { initModelPaths } from './init-model-paths.ts';
import { withInitTools } from './init-tools.ts';
import { findComponents, findNotTaken, findSingleFiles, type FoundComponent, type NotTaken } from './look.ts';
import type { InitReport } from './report.ts';
import { lookAround, type Surroundings, type WhereAsked } from './surroundings.ts';

export interface InitOptions extends WhereAsked {
  readonly dir: string;
  readonly index: string | null;
  readonly require: readonly string[];
  /** Empty: the one that is shipped, unless `untested`. */
  readonly workflow: readonly string[];
  /** Begin without any workflow that has to run. */
  readonly untested: boolean;
  /** Null: the layout's. */
  readonly port: number | null;
  /** Null: the layout's. */
  readonly service: 'managed' | 'none' | null;
  readonly branch: string;
  readonly python: string | null;
  readonly cpu: boolean;
  /** Where pip is prepared, and stays for `adopt`. Left out: in a folder that is gone with the end of planning. */
  readonly toolsDir?: string;
}

/** Everything that was found out; carrying it out asks nothing again. */
export interface InitPlan {
  readonly options: InitOptions;
  readonly home: string;
  readonly around: Surroundings;
  readonly environment: InitEnvironment;
  readonly found: readonly FoundComponent[];
  readonly notTaken: readonly NotTaken[];
  readonly modelPaths: string;
  readonly requirementsText: string;
  readonly workflows: readonly { readonly name: string; readonly text: string }[];
  /** With the id that the installation would get. */
  readonly config: InstallationConfig;
  readonly report: Omit<InitReport, 'state'>;
}

const publicIndex: PackageIndex = { kind: 'url', url: 'https://pypi.org/simple' };

/**
 * Looks at the ComfyUI folder and resolves its environment. Writes nothing that stays.
 * Faults: `HOME_EXISTS`, `COMPONENT_NOT_FOUND`, `NAME_INVALID`, `CONFIG_INVALID`, `USAGE_BAD_ARGUMENT`, those of Python and the index.
 */
export async function planInit(app: App, options: InitOptions): Promise<InitPlan> {
  const { files, host, random } = app.outside;
  requireBranch(options.branch);
  const home = absolutePath(app.cwd, options.dir);
  await requireFree(files, home);
  const around = await lookAround(app, options);
  requireBeside(home, around.comfyui);
  const id = (await files.readText(`${home}/${beginFile}`))?.trim() ?? random.hex(4);
  const paths = await initModelPaths(app, around);
  const places = { comfyui: around.comfyui, packFolders: [`${around.base}/custom_nodes`, ...paths.packFolders] };
  const found = await findComponents(files, places);
  const notTaken = await findNotTaken(files, places);
  const config = checkedConfig({ id, home, around, options, index: indexOf(app.cwd, options.index) });
  const requirementsText = await requirements(files, around.comfyui, options.require);
  const workflows = await chooseWorkflows(app, options);
  const environment = await findOrResolve(app, { around, config, requirementsText, toolsDir: options.toolsDir });
  const plan = {
    options,
    home,
    around,
    environment,
    found,
    notTaken,
    modelPaths: paths.text,
    requirementsText,
    workflows,
  };
  const completed = { ...plan, config: withPython(config, environment) };
  const single = await findSingleFiles(files, places);
  const notes = single.length === 0 ? paths.notes : [...paths.notes, `taken with ComfyUI: ${single.join(', ')}`];
  return { ...completed, report: reportOf(completed, { stateHome: host.stateHome, notes }) };
}

/** An environment that was found is borrowed; else one is resolved. */
async function findOrResolve(
  app: App,
  given: { around: Surroundings; config: InstallationConfig; requirementsText: string; toolsDir: string | undefined },
): Promise<InitEnvironment> {
  const { environment } = given.around;
  if (environment !== null) return borrowEnvironment(app, environment, given);
  const { toolsDir } = given;
  if (toolsDir !== undefined) return resolveEnvironment(app, { ...given, toolsDir });
  return withInitTools(app, (temporary) => resolveEnvironment(app, { ...given, toolsDir: temporary }));
}

/** New environments are made with the interpreter that the old one was made with, when it is new enough. */
function withPython(config: InstallationConfig, environment: InitEnvironment): InstallationConfig {
  const names = new Set(packagesOf(environment).map(({ name }) => name));
  const modules = ['torch', 'torchvision', 'numpy'].filter((name) => names.has(name));
  const { adopted, python } = config;
  if (environment.kind === 'build') return { ...config, python: { ...python, modules } };
  const { program, version } = environment.survey;
  const isNew = Number(version.split('.')[1]) >= 10;
  return {
    ...config,
    python: { ...python, program: python.program ?? (isNew ? program : null), modules },
    adopted: adopted === null ? null : { ...adopted, python: environment.python },
  };
}

const packagesOf = (environment: InitEnvironment): readonly { readonly name: string; readonly version: string }[] =>
  environment.kind === 'build' ? environment.packages : environment.survey.packages;

function requireBeside(home: string, comfyui: string): void {
  if (!`${home}/`.startsWith(`${comfyui}/`)) return;
  throw new Fault('HOME_EXISTS', 'The home must lie beside the ComfyUI folder, not inside it.', {
    hints: [`orchestrate init ${comfyui}-home --comfyui ${comfyui}`],
    state: 'Nothing was written.',
  });
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
  if (names.includes('orchestrate.yaml'))
    throw new Fault('HOME_EXISTS', `${home} is an installation already.`, {
      hints: [`orchestrate status --home ${home}`, `orchestrate eject --home ${home}`],
      state: 'Nothing was written.',
    });
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
  around: Surroundings;
  options: InitOptions;
  index: PackageIndex;
}): InstallationConfig {
  const { id, home, around, index } = options;
  const { cpu, python } = options.options;
  const { start, layout, folders } = around;
  const args = start?.args ?? [];
  const config: InstallationConfig = {
    id,
    name: home.slice(home.lastIndexOf('/') + 1),
    template: 'comfyui',
    program: null,
    service: {
      mode: options.options.service ?? layout.mode,
      port: portOf(options.options, around),
      args: cpu && !args.includes('--cpu') ? [...args, '--cpu'] : args,
      startCommand: [],
      stopCommand: [],
      startSeconds: 180,
      finishSeconds: 600,
      watchSeconds: 5,
      userDir: folders.user,
      inputDir: folders.input,
      outputDir: folders.output,
    },
    ports: { first: 8191, last: 8290 },
    python: { program: python, index, torchIndex: null, resolver: 'auto', modules: [] },
    policy: {
      maxDownloadBytes: 10 * 2 ** 30,
      autoMerge: [],
      maxSlowdown: 1.3,
      minAgeSeconds: 14 * 86_400,
      borrowVram: 'ask',
      oneGenerator: true,
      keep: { last: 3, youngerThanSeconds: 14 * 86_400 },
    },
    merge: { mode: 'local', remote: null, branch: null, pushTags: false },
    supervisor: { idleSeconds: 600 },
    bus: { ...defaultBusLimits, keepSeconds: 14 * 86_400, groups: {} },
    alerts: defaultAlerts,
    queue: { ahead: 1 },
    memory: { budgetBytes: 16 * 1024 },
    monitoring: monitoringOf(monitoringSchema.parse(undefined)),
    logs: logsOf(logsSchema.parse(undefined)),
    adopted: { layout: layout.id, comfyui: around.comfyui, python: null },
  };
  return parseConfig({ file: 'orchestrate.yaml (to be written)', text: printConfig(config), origin: 'installation' });
}

/** The one that was asked for, else that of the server that runs, else the layout's. */
const portOf = ({ port }: InitOptions, { start, layout }: Surroundings): number => port ?? start?.port ?? layout.port;

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

const shippedWorkflow = 'no-model';

/** The workflows that were named, else the shipped one that needs no model: nobody begins without a test unless they say so. */
async function chooseWorkflows(
  app: App,
  { workflow, untested }: Pick<InitOptions, 'workflow' | 'untested'>,
): Promise<InitPlan['workflows']> {
  if (untested && workflow.length > 0)
    throw new Fault('USAGE_BAD_ARGUMENT', '--untested begins without a workflow, and --workflow names one.', {
      hints: ['orchestrate init --help'],
      state: 'Nothing was written.',
    });
  if (untested) return [];
  if (workflow.length > 0) return readWorkflows(app, workflow);
  const { text } = await readShipped(app, { which: shippedWorkflow, model: null, name: null });
  return [{ name: shippedWorkflow, text }];
}

/** What a person should know of a home whose workflows they did not name. */
function workflowNotes({ workflow, untested }: InitOptions): readonly string[] {
  if (untested || workflow.length > 0) return [];
  return [`no workflow named: the shipped ${shippedWorkflow} runs; add yours: orchestrate smoke add <file>`];
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

function reportOf(
  plan: Omit<InitPlan, 'report'>,
  { stateHome, notes }: { stateHome: string; notes: readonly string[] },
): InitPlan['report'] {
  const { environment, around, config } = plan;
  const { id, sentence, root } = around.layout;
  const borrowed = environment.kind === 'borrow' ? environment : null;
  const sizes = environment.kind === 'build' ? environment.packages.map((one) => one.sizeBytes) : [];
  return {
    home: plan.home,
    id: null,
    stateFolder: null,
    branch: plan.options.branch,
    port: config.service.port,
    mode: config.service.mode === 'none' ? 'none' : 'managed',
    template: 'comfyui',
    program: null,
    layout: { id, sentence, root },
    found:
      borrowed === null
        ? null
        : {
            python: borrowed.python,
            prefix: borrowed.survey.prefix,
            manager: borrowed.survey.manager,
            how: borrowed.how,
          },
    grade: borrowed === null ? 'ready' : 'borrowed',
    python: environment.kind === 'build' ? environment.python.version : environment.survey.version,
    components: plan.found.map(({ id, path, source, commit, note }) => ({
      ...{ id, path, source, commit, note },
      files: null,
      edits: null,
    })),
    packages: packagesOf(environment).map(({ name, version }) => ({ name, version })),
    fates: borrowed === null ? [] : [...borrowed.fates],
    notTaken: [...plan.notTaken],
    notes: [...around.notes, ...notes, ...environment.notes, ...workflowNotes(plan.options)],
    downloadBytes: sizes.every((size) => size !== null) ? sizes.reduce((sum, size) => sum + size, 0) : null,
    workflows: plan.workflows.map((one) => one.name),
    writes: [plan.home, `${stateHome}/orchestrate/<id>`],
    restorePoint: null,
    environment: null,
    next: ['Repeat with --yes to write this.'],
  };
}
