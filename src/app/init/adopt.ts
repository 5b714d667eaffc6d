import { Fault } from '../../base/fault.ts';
import { type CommitId, type EnvironmentId, findCommitId, type GitTreeId } from '../../base/ids.ts';
import { mergeMessage } from '../../domain/changes/merge-message.ts';
import { row } from '../../domain/journal/kinds.ts';
import type { RestoreManifest } from '../../domain/restore/manifest.ts';
import { orchestrateAuthor } from '../../engine/changes/draft.ts';
import type { EngineContext } from '../../engine/context.ts';
import { createPerformer } from '../../engine/effects/perform.ts';
import { ensureEnvironment } from '../../engine/environments/ensure.ts';
import { recordBorrowed } from '../../engine/environments/named.ts';
import { takeFirstBaseline } from '../../engine/outside/take-baseline.ts';
import { createInFlight } from '../../engine/proofs/in-flight.ts';
import { publishPoint, writePoint } from '../../engine/restore/publish.ts';
import { stateOf } from '../../engine/templates/comfyui/state.ts';
import type { App } from '../app.ts';
import { readDefinitions } from '../read-definitions.ts';
import { beginFile } from './begin-file.ts';
import { emptyTree, writeFirstTree } from './first-tree.ts';
import { takeTools } from './init-tools.ts';
import { keepWheels } from './keep-wheels.ts';
import type { InitPlan } from './plan-init.ts';
import type { InitReport } from './report.ts';
import { takeComponents } from './take-components.ts';

/** The first commit is the same whenever it is made, so that an interrupted init finds its own. */
const firstCommitSeconds = Math.floor(Date.UTC(2020, 0, 1) / 1000);

/** Carries the plan out. Interrupted, it goes on when it is called again for the same folder. */
export async function adopt(app: App, plan: InitPlan): Promise<InitReport> {
  const { files, host } = app.outside;
  const { home, options, config } = plan;
  await files.ensureDir(`${home}/.orchestrate`);
  await files.writeAtomic(`${home}/${beginFile}`, `${config.id}\n`);
  const made = await app.create({ homeDir: home, id: config.id, branch: options.branch });
  const { store, ledger, paths } = made;
  const held = await ledger.acquire();
  if (!held)
    throw new Fault('SUPERVISOR_BUSY', 'Another orchestrate is at work on this folder.', { state: 'It goes on.' });
  try {
    app.narrate(`Taking ${plan.found.length} components into the store (the ComfyUI folder is only read).`);
    const taken = await takeComponents(store, plan.found, skippedIn(plan));
    const tree = await writeFirstTree(store, plan, taken.components);
    const definitions = await readDefinitions(files, { builtInDir: host.builtInDir, home, template: 'comfyui' });
    const context: EngineContext = { ...made, config, definitions, outside: app.outside };
    const environment = await takeEnvironment(app, context, plan);

    const commit = await firstCommit(made, tree, options.branch);
    const restorePoint = await firstPoint(context, { commit, tree: await store.treeOf(commit) });
    const { items } = await made.home.fingerprint([]);
    await ledger.append([
      row('fingerprint.accepted', { items, by: { kind: 'program', name: 'init' } }, { keys: ['fingerprint'] }),
      row(
        'installation.created',
        { id: config.id, home, branchRef: `refs/heads/${options.branch}`, head: commit, version: host.version },
        { keys: ['installation'] },
      ),
    ]);
    await takeFirstBaseline(context, taken.components);
    await files.remove(`${home}/${beginFile}`);
    return {
      ...plan.report,
      state: 'made',
      id: config.id,
      stateFolder: paths.state,
      components: plan.report.components.map((one) => ({
        ...one,
        files: taken.nFiles.get(one.path) ?? null,
        edits: taken.components.find(({ path }) => path === one.path)?.edits?.files ?? null,
      })),
      notes: [...plan.report.notes, ...taken.notes],
      writes: [home, paths.state],
      restorePoint,
      environment,
      next: [
        `cd ${home}`,
        ...(config.service.mode === 'none' ? [] : ['orchestrate service start']),
        'orchestrate run "upgrade pytorch" --dry-run',
      ],
    };
  } finally {
    await held.release();
  }
}

/** The environment that the installation begins with: recorded where it lies, or built. Returns its id. */
async function takeEnvironment(app: App, context: EngineContext, plan: InitPlan): Promise<EnvironmentId> {
  const { files, python, clock } = app.outside;
  const { environment, options, config } = plan;
  const { lockText } = environment;
  if (environment.kind === 'borrow') {
    await keepWheels(files, { wheelsDir: context.paths.wheels, fates: environment.fates });
    return recordBorrowed(context, { lockText, survey: environment.survey });
  }
  app.narrate(`Building the environment: ${environment.packages.length} packages.`);
  const { tools } = context.paths;
  if (options.toolsDir !== undefined) await takeTools(files, { from: options.toolsDir, to: tools });
  await python.probe({ toolsDir: tools, ...(options.python === null ? {} : { program: options.python }) });
  const engine = { ...context, ...createPerformer({ ledger: context.ledger, clock }), inFlight: createInFlight(clock) };
  const built = await ensureEnvironment(engine, {
    lockText,
    run: null,
    effectKey: 'init',
    index: config.python.index,
  });
  return built.id;
}

/** What lies in the ComfyUI folder and is no part of it: environments, and packs that are links to files. */
function skippedIn({ around, notTaken }: InitPlan): (path: string) => boolean {
  const own = [...around.insideEnvironments, ...notTaken.map(({ path }) => path)]
    .filter((path) => path.startsWith(`${around.comfyui}/`))
    .map((path) => path.slice(around.comfyui.length + 1));
  return (path) => own.some((one) => path === one || path.startsWith(`${one}/`));
}

async function firstCommit(
  made: Awaited<ReturnType<App['create']>>,
  tree: GitTreeId,
  branch: string,
): Promise<CommitId> {
  const { store, home } = made;
  const ref = `refs/heads/${branch}`;
  const there = findCommitId((await home.findRef(ref)) ?? '');
  if (there) return there;
  const message = mergeMessage({
    title: 'adopt ComfyUI',
    moves: [],
    trailers: { 'Restore-point': 'restore/0000-adopted' },
  });
  const commit = await store.commit({
    tree,
    parents: [],
    message,
    author: orchestrateAuthor,
    atSeconds: firstCommitSeconds,
  });
  await home.deliverObjects({ commit, known: null });
  await home.applyPaths(emptyTree, tree);
  const moved = await home.updateRefs([{ ref, from: null, to: commit }]);
  if (moved.kind === 'refused' && moved.actual !== commit) throw new Fault('HOME_EXISTS', `${ref} is there already.`);
  return commit;
}

/** Restore point 0 names what was adopted. Returns its name. */
async function firstPoint(
  context: EngineContext,
  { commit, tree }: { commit: CommitId; tree: GitTreeId },
): Promise<string> {
  const manifest: RestoreManifest = {
    version: 1,
    number: 0,
    title: 'adopted',
    commit,
    tree,
    ...(await stateOf(context, tree)),
    made: 'init',
    run: null,
    change: null,
    moves: [],
    journal: context.ledger.head(),
  };
  const point = await writePoint(context, manifest, firstCommitSeconds);
  if (!context.ledger.latest('restore:0')) await publishPoint(context, { point, known: null, run: null });
  return point.name;
}
