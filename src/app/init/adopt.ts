import { Fault } from '../../base/fault.ts';
import { asGitTreeId, type CommitId, type GitTreeId } from '../../base/ids.ts';
import { requireBranchName } from '../../domain/definitions/name-rules.ts';
import { printConfig } from '../../domain/definitions/print-config.ts';
import type { InstallationConfig } from '../../domain/definitions/types.ts';
import { type LockedPackage, printLock } from '../../domain/environments/lock.ts';
import { editRequirement, parseRequirements, printRequirement } from '../../domain/environments/requirements.ts';
import { type Component, printComponents } from '../../domain/instances/components.ts';
import { row } from '../../domain/journal/kinds.ts';
import { mergeMessage } from '../../domain/changes/merge-message.ts';
import { createPerformer } from '../../engine/effects/perform.ts';
import { ensureEnvironment } from '../../engine/environments/ensure.ts';
import { orchestrateAuthor } from '../../engine/changes/draft.ts';
import type { Engine } from '../../engine/engine.ts';
import { publishPoint, stateOf, writePoint } from '../../engine/restore/publish.ts';
import { snapshotLimits } from '../../domain/changes/snapshot-rules.ts';
import type { PackageIndex, PythonFacts } from '../../ports/index.ts';
import type { App } from '../app.ts';
import { claudeMd } from './claude-md.ts';
import { findComponents, type FoundComponent, skipInComfyui, skipInPack } from './look.ts';
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

export interface InitPlan {
  readonly options: InitOptions;
  readonly home: string;
  readonly comfyui: string;
  readonly index: PackageIndex;
  readonly python: PythonFacts;
  readonly found: readonly FoundComponent[];
  readonly requirementsText: string;
  readonly packages: readonly LockedPackage[];
  readonly workflows: readonly { readonly name: string; readonly text: string }[];
  readonly report: Omit<InitReport, 'state'>;
}

const publicIndex: PackageIndex = { kind: 'url', url: 'https://pypi.org/simple' };
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
/** First file of an init: one that was interrupted goes on under the same id. */
const beginFile = '.orchestrate/init-id';

/** Looks at everything and resolves the environment. Writes nothing below the home or the ComfyUI folder. */
export async function planInit(app: App, options: InitOptions): Promise<InitPlan> {
  const { files, python: pythonPort, host, random } = app.outside;
  requireBranchName(options.branch);
  const home = absolute(app.cwd, options.dir);
  const comfyui = (await files.realPath(absolute(app.cwd, options.comfyui))) ?? absolute(app.cwd, options.comfyui);
  await requireFree(app, home);
  if (`${home}/`.startsWith(`${comfyui}/`)) {
    throw new Fault('HOME_EXISTS', 'The home must lie beside the ComfyUI folder, not inside it.', { state: 'Nothing was written.' });
  }
  const found = await findComponents(files, comfyui);
  const toolsDir = `${host.stateHome}/orchestrate/tools`;
  const python = await pythonPort.probe({ toolsDir, ...(options.python === null ? {} : { program: options.python }) });
  const index = indexOf(app, options.index);
  const requirementsText = await requirements(app, comfyui, options.require);
  const wanted = parseRequirements({ file: 'requirements.in', text: requirementsText }).map((one) => printRequirement({ ...one, comment: null }));
  const resolved = await pythonPort.resolve({ requirements: wanted, index, python, toolsDir, mark: `init/${random.hex(4)}` });
  if (resolved.kind === 'impossible') throw new Fault(resolved.code, resolved.reason, { state: 'Nothing was written.' });
  const workflows = await readWorkflows(app, options.workflow);
  const { packages } = resolved;
  const sizes = packages.map((one) => one.sizeBytes);
  return {
    options, home, comfyui, index, python, found, requirementsText, packages, workflows,
    report: {
      home,
      id: null,
      stateFolder: null,
      branch: options.branch,
      port: options.port,
      python: python.version,
      components: found.map(({ id, path, source, commit }) => ({ id, path, source, commit, files: null })),
      packages: packages.map(({ name, version }) => ({ name, version })),
      downloadBytes: sizes.every((size) => size !== null) ? sizes.reduce((sum, size) => sum + size, 0) : null,
      workflows: workflows.map((one) => one.name),
      writes: [home, `${host.stateHome}/orchestrate/<id>`],
      restorePoint: null,
      environment: null,
      next: ['Repeat with --yes to write this.'],
    },
  };
}

const absolute = (cwd: string, path: string): string => (path.startsWith('/') ? path : `${cwd}/${path}`).replace(/\/+$/, '').replace(/\/\.(?=\/|$)/g, '');

function indexOf(app: App, text: string | null): PackageIndex {
  if (text === null) return publicIndex;
  return /^https?:\/\//.test(text) ? { kind: 'url', url: text } : { kind: 'folder', path: absolute(app.cwd, text) };
}

async function requireFree(app: App, home: string): Promise<void> {
  const { files } = app.outside;
  const info = await files.info(home);
  if (info === undefined) return;
  const names = info.kind === 'directory' ? await files.list(home) : ['(a file)'];
  if (names.length === 0 || (await files.readText(`${home}/${beginFile}`)) !== undefined) return;
  throw new Fault('HOME_EXISTS', `${home} is not empty: it holds ${names.slice(0, 3).join(', ')}.`, {
    hints: ['orchestrate init <a folder that does not exist yet> --comfyui <ComfyUI folder>'],
    state: 'Nothing was written.',
  });
}

async function requirements(app: App, comfyui: string, required: readonly string[]): Promise<string> {
  const own = (await app.outside.files.readText(`${comfyui}/requirements.txt`)) ?? '';
  let text = `# What the environment must hold. Change this file, never requirements.lock.\n${own}`;
  for (const line of required) {
    const [asked] = parseRequirements({ file: '--require', text: line });
    if (!asked) throw new Fault('USAGE_BAD_ARGUMENT', `--require ${JSON.stringify(line)} names no package.`);
    text = editRequirement(text, { name: asked.name, specifier: asked.specifier });
  }
  return text.endsWith('\n') ? text : `${text}\n`;
}

async function readWorkflows(app: App, paths: readonly string[]): Promise<readonly { name: string; text: string }[]> {
  const workflows: { name: string; text: string }[] = [];
  for (const path of paths) {
    const file = absolute(app.cwd, path);
    const text = await app.outside.files.readText(file);
    const name = /([^/]+)\.json$/.exec(file)?.[1]?.replace(/[^A-Za-z0-9._-]+/g, '-');
    if (text === undefined || name === undefined) throw new Fault('USAGE_BAD_ARGUMENT', `--workflow ${path} is no JSON file that can be read.`, { state: 'Nothing was written.' });
    workflows.push({ name, text });
  }
  return workflows;
}

/** Carries the plan out. Interrupted, it goes on when it is called again for the same folder. */
export async function adopt(app: App, plan: InitPlan): Promise<InitReport> {
  const { files, random, clock, python: pythonPort } = app.outside;
  const { home, options } = plan;
  const begun = (await files.readText(`${home}/${beginFile}`))?.trim();
  const id = begun ?? random.hex(4);
  await files.ensureDir(`${home}/.orchestrate`);
  if (begun === undefined) await files.writeAtomic(`${home}/${beginFile}`, `${id}\n`);
  const made = await app.create({ homeDir: home, id, branch: options.branch });
  const { store, ledger, paths } = made;
  const held = await ledger.acquire();
  if (!held) throw new Fault('SUPERVISOR_BUSY', 'Another orchestrate is at work on this folder.', { state: 'It goes on.' });
  try {
    app.narrate(`Taking ${plan.found.length} components into the store (the ComfyUI folder is only read).`);
    const components: Component[] = [];
    const counts = new Map<string, number>();
    for (const one of plan.found) {
      const { tree, nFiles } = await takeComponent(made.store, one);
      const commit = await store.commit({ tree, parents: [], message: `component ${one.id}\n`, author: orchestrateAuthor, atSeconds: 0 });
      const ref = `refs/orchestrate/components/${tree}`;
      if ((await store.findRef(ref)) === undefined) await store.updateRefs([{ ref, from: null, to: commit }]);
      components.push({ id: one.id, path: one.path, source: one.source, commit: one.commit, tree, edited: 0 });
      counts.set(one.path, nFiles);
    }
    const config = configOf(plan, id);
    const tree = await writeTree(app, plan, { config, components, store });
    const context: Engine = { ...made, config, definitions: { agents: new Map(), trees: new Map(), playbooks: new Map() }, outside: app.outside, ...createPerformer({ ledger, clock }) } as unknown as Engine;

    app.narrate(`Building the environment: ${plan.packages.length} packages.`);
    const lockText = printLock({ abi: plan.python.abi, platform: plan.python.platform, packages: plan.packages });
    await pythonPort.probe({ toolsDir: paths.tools, ...(options.python === null ? {} : { program: options.python }) });
    const environment = await ensureEnvironment(context, { lockText, run: null, effectKey: 'init', index: plan.index });

    const commit = await firstCommit(made, tree, options.branch);
    const manifest = { version: 1, number: 0, title: 'adopted', commit, tree, ...(await stateOf(context, tree)), made: 'init', run: null, change: null, moves: [], journal: ledger.head() } as const;
    const known = ledger.latest('restore:0') === undefined;
    const point = await writePoint(context, manifest, (await store.commitFacts(commit)).atSeconds);
    if (known) await publishPoint(context, { point, known: null, run: null });
    const { items } = await made.home.fingerprint([]);
    await ledger.append([
      row('fingerprint.accepted', { items, by: { kind: 'program', name: 'init' } }, { keys: ['fingerprint'] }),
      row('installation.created', { id, home, branchRef: `refs/heads/${options.branch}`, head: commit, version: app.outside.host.version }, { keys: ['installation'] }),
    ]);
    await files.remove(`${home}/${beginFile}`);
    return {
      ...plan.report,
      state: 'made',
      id,
      stateFolder: paths.state,
      components: plan.report.components.map((one) => ({ ...one, files: counts.get(one.path) ?? null })),
      writes: [home, paths.state],
      restorePoint: point.name,
      environment: environment.id,
      next: [`cd ${home}`, 'orchestrate service start', 'orchestrate run "upgrade pytorch" --dry-run'],
    };
  } finally {
    await held.release();
  }
}

async function takeComponent(store: Engine['store'], one: FoundComponent): Promise<{ tree: GitTreeId; nFiles: number }> {
  const skip = one.path === '.' ? skipInComfyui : skipInPack;
  const taken = await store.snapshot({ dir: one.dir, limits: snapshotLimits, skip });
  if (taken.kind === 'taken') return taken;
  const { path, reason } = taken.refused[0] ?? { path: '?', reason: '?' };
  throw new Fault('TREE_REFUSED', `${one.dir} holds something that cannot be taken: ${path} (${reason}).`, { state: 'The ComfyUI folder was only read.', data: { refused: taken.refused } });
}

function configOf(plan: InitPlan, id: string): InstallationConfig {
  const { options, comfyui, index, packages } = plan;
  const names = new Set(packages.map((one) => one.name));
  return {
    id,
    name: plan.home.slice(plan.home.lastIndexOf('/') + 1),
    service: {
      mode: 'managed',
      port: options.port,
      args: options.cpu ? ['--cpu'] : [],
      startSeconds: 180,
      userDir: `${comfyui}/user`,
      inputDir: `${comfyui}/input`,
      outputDir: `${comfyui}/output`,
    },
    ports: { first: 8191, last: 8290 },
    python: { program: options.python, index, modules: ['torch', 'torchvision', 'numpy'].filter((name) => names.has(name)) },
    policy: { maxDownloadBytes: 10 * 2 ** 30, autoMerge: [], minAgeDays: index.kind === 'folder' ? 0 : 14, maxSlowdown: 1.3 },
    supervisor: { idleSeconds: 600 },
  };
}

async function writeTree(app: App, plan: InitPlan, parts: { config: InstallationConfig; components: readonly Component[]; store: Engine['store'] }): Promise<GitTreeId> {
  const { python, packages } = plan;
  const texts = new Map<string, string>([
    ['orchestrate.yaml', printConfig(parts.config)],
    ['CLAUDE.md', claudeMd],
    ['requirements.in', plan.requirementsText],
    ['requirements.lock', printLock({ abi: python.abi, platform: python.platform, packages })],
    ['components.lock', printComponents(parts.components)],
    ['.gitignore', '/.orchestrate/\n/memory/\n/sessions/\n/logs/\n/trees/*/\n'],
    ...plan.workflows.map(({ name, text }) => [`workflows/${name}.json`, text] as const),
  ]);
  const modelPaths = await app.outside.files.readText(`${plan.comfyui}/extra_model_paths.yaml`);
  if (modelPaths !== undefined) texts.set('extra_model_paths.yaml', modelPaths);
  else texts.set('extra_model_paths.yaml', `# Where models live.\nadopted:\n  base_path: ${JSON.stringify(`${plan.comfyui}/models`)}\n  checkpoints: checkpoints\n  loras: loras\n  vae: vae\n`);
  return parts.store.editTree(asGitTreeId(emptyTree), texts);
}

async function firstCommit(made: Awaited<ReturnType<App['create']>>, tree: GitTreeId, branch: string): Promise<CommitId> {
  const { store, home } = made;
  const ref = `refs/heads/${branch}`;
  const there = await home.findRef(ref);
  if (there !== undefined) return there as CommitId;
  const message = mergeMessage({ title: 'adopt ComfyUI', moves: [], trailers: { 'Restore-point': 'restore/0000-adopted' } });
  const atSeconds = Math.floor(Date.UTC(2020, 0, 1) / 1000);
  const commit = await store.commit({ tree, parents: [], message, author: orchestrateAuthor, atSeconds });
  await home.deliverObjects({ commit, known: null });
  await home.applyPaths(asGitTreeId(emptyTree), tree);
  const moved = await home.updateRefs([{ ref, from: null, to: commit }]);
  if (moved.kind === 'refused' && moved.actual !== commit) throw new Fault('HOME_EXISTS', `${ref} is there already.`);
  return commit;
}
