import { Fault } from '../../base/fault.ts';
import { type CommitId, findCommitId, type GitTreeId } from '../../base/ids.ts';
import { mergeMessage } from '../../domain/changes/merge-message.ts';
import { snapshotLimits } from '../../domain/changes/snapshot-rules.ts';
import { printLock } from '../../domain/environments/lock.ts';
import { takenRef } from '../../domain/instances/component-files.ts';
import type { Component } from '../../domain/instances/components.ts';
import { row } from '../../domain/journal/kinds.ts';
import type { RestoreManifest } from '../../domain/restore/manifest.ts';
import { orchestrateAuthor } from '../../engine/changes/draft.ts';
import type { EngineContext } from '../../engine/context.ts';
import { createPerformer } from '../../engine/effects/perform.ts';
import { ensureEnvironment } from '../../engine/environments/ensure.ts';
import { publishPoint, stateOf, writePoint } from '../../engine/restore/publish.ts';
import type { TrustedStore } from '../../ports/index.ts';
import type { App } from '../app.ts';
import { readDefinitions } from '../read-definitions.ts';
import { emptyTree, writeFirstTree } from './first-tree.ts';
import { type FoundComponent, skipInComfyui, skipInPack } from './look.ts';
import { beginFile, type InitPlan } from './plan-init.ts';
import type { InitReport } from './report.ts';

/** The first commit is the same whenever it is made, so that an interrupted init finds its own. */
const firstCommitSeconds = Math.floor(Date.UTC(2020, 0, 1) / 1000);

/** Carries the plan out. Interrupted, it goes on when it is called again for the same folder. */
export async function adopt(app: App, plan: InitPlan): Promise<InitReport> {
  const { files, clock, host, python } = app.outside;
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
    const taken = await takeComponents(store, plan.found);
    const lockText = printLock({ abi: plan.python.abi, platform: plan.python.platform, packages: plan.packages });
    const tree = await writeFirstTree({ files, store }, plan, { components: taken.components, lockText });

    app.narrate(`Building the environment: ${plan.packages.length} packages.`);
    const definitions = await readDefinitions(files, { builtInDir: host.builtInDir, home });
    const context: EngineContext = { ...made, config, definitions, outside: app.outside };
    await python.probe({ toolsDir: paths.tools, ...(options.python === null ? {} : { program: options.python }) });
    const engine = { ...context, ...createPerformer({ ledger, clock }) };
    const environment = await ensureEnvironment(engine, {
      lockText,
      run: null,
      effectKey: 'init',
      index: config.python.index,
    });

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
    await files.remove(`${home}/${beginFile}`);
    return {
      ...plan.report,
      state: 'made',
      id: config.id,
      stateFolder: paths.state,
      components: plan.report.components.map((one) => ({ ...one, files: taken.nFiles.get(one.path) ?? null })),
      writes: [home, paths.state],
      restorePoint,
      environment: environment.id,
      next: [`cd ${home}`, 'orchestrate service start', 'orchestrate run "upgrade pytorch" --dry-run'],
    };
  } finally {
    await held.release();
  }
}

/** Stores each component's files, and keeps them from being collected by a ref of ours. */
async function takeComponents(
  store: TrustedStore,
  found: readonly FoundComponent[],
): Promise<{ components: readonly Component[]; nFiles: ReadonlyMap<string, number> }> {
  const components: Component[] = [];
  const nFiles = new Map<string, number>();
  for (const one of found) {
    const skip = one.path === '.' ? skipInComfyui : skipInPack;
    const taken = await store.snapshot({ dir: one.dir, limits: snapshotLimits, skip });
    if (taken.kind === 'refused') {
      const { path, reason } = taken.refused[0] ?? { path: '?', reason: '?' };
      throw new Fault('TREE_REFUSED', `${one.dir} holds something that cannot be taken: ${path} (${reason}).`, {
        state: 'The ComfyUI folder was only read.',
        data: { refused: taken.refused },
      });
    }
    const { tree } = taken;
    const commit = await store.commit({
      tree,
      parents: [],
      message: `component ${one.id}\n`,
      author: orchestrateAuthor,
      atSeconds: 0,
    });
    const ref = takenRef(tree);
    if ((await store.findRef(ref)) === undefined) await store.updateRefs([{ ref, from: null, to: commit }]);
    components.push({ id: one.id, path: one.path, source: one.source, commit: one.commit, tree });
    nFiles.set(one.path, taken.nFiles);
  }
  return { components, nFiles };
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
