import { Fault } from '../../../base/fault.ts';
import { asCommitId, type CommitId, type GitTreeId } from '../../../base/ids.ts';
import { parseConfig } from '../../../domain/definitions/config.ts';
import { row } from '../../../domain/journal/kinds.ts';
import type { RestoreManifest } from '../../../domain/restore/manifest.ts';
import { noComponents } from '../../../domain/templates/no-environment.ts';
import { orchestrateAuthor } from '../../../engine/changes/draft.ts';
import type { EngineContext } from '../../../engine/context.ts';
import { publishPoint, writePoint } from '../../../engine/restore/publish.ts';
import type { App } from '../../app.ts';
import { readDefinitions } from '../../read-definitions.ts';
import { countText } from '../../views/text.ts';
import { beginFile } from '../begin-file.ts';
import type { InitReport } from '../report.ts';
import type { ServiceInitPlan } from './plan.ts';

type Made = Awaited<ReturnType<App['create']>>;

/** Kept out of git where the person's own ignore file is not ours to write. */
export const excludedLines = ['/.orchestrate/'] as const;

/**
 * Carries the plan out: one commit on the person's branch with two files, restore point 0 at it. Interrupted, it goes on when it is called
 * again for the same folder. When the repository cannot be looked after, what was written is taken away again.
 */
export async function adoptService(app: App, plan: ServiceInitPlan): Promise<InitReport> {
  const { files, host } = app.outside;
  const { home: homeDir, config, at } = plan;
  await files.ensureDir(`${homeDir}/.orchestrate`);
  await files.writeAtomic(`${homeDir}/${beginFile}`, `${config.id}\n`);
  const made = await app.create({ homeDir, id: config.id, branch: null, template: 'service' });
  const { store, ledger, paths, home } = made;
  const held = await ledger.acquire();
  if (!held)
    throw new Fault('SUPERVISOR_BUSY', 'Another orchestrate is at work on this folder.', { state: 'It goes on.' });
  try {
    await home.exclude(excludedLines);
    app.narrate(
      `Taking the history of ${at.branchRef.replace('refs/heads/', '')} into the store (the repository is only read).`,
    );
    const commit = await firstCommit(made, plan).catch(async (error: unknown) => {
      if ((await home.findRef(at.branchRef)) !== at.head) throw unfinished(at.branchRef, error);
      await home.exclude(null);
      await files.remove(`${homeDir}/.orchestrate`);
      throw error instanceof Fault ? error.withState('The repository is as it was.') : error;
    });
    const definitions = await readDefinitions(files, {
      builtInDir: host.builtInDir,
      home: homeDir,
      template: 'service',
    });
    const context: EngineContext = { ...made, config, definitions, outside: app.outside };
    const restorePoint = await firstPoint(context, { commit, tree: await store.treeOf(commit) });
    const { items } = await home.fingerprint([]);
    await ledger.append([
      row('fingerprint.accepted', { items, by: { kind: 'program', name: 'init' } }, { keys: ['fingerprint'] }),
      row(
        'installation.created',
        {
          ...{ id: config.id, home: homeDir, branchRef: at.branchRef, head: commit, version: host.version },
          template: 'service',
        },
        { keys: ['installation'] },
      ),
    ]);
    const dirty = await home.dirtyPaths(commit);
    await files.remove(`${homeDir}/${beginFile}`);
    const edits = `${countText(dirty.length, 'file')} with edits of yours: not part of restore point 0, and left alone (${dirty.slice(0, 3).join(', ')})`;
    return {
      ...plan.report,
      state: 'made',
      id: config.id,
      stateFolder: paths.state,
      notes: [...plan.report.notes, ...(dirty.length === 0 ? [] : [edits])],
      writes: [...plan.report.writes.slice(0, -1), paths.state],
      restorePoint,
      next: [
        ...(config.service.mode === 'none' ? [] : ['orchestrate service start']),
        'orchestrate status',
        'orchestrate eject --dry-run',
      ],
    };
  } finally {
    await held.release();
  }
}

/** The branch has our commit: what makes the repeat find it stays. */
function unfinished(branchRef: string, error: unknown): unknown {
  if (!(error instanceof Fault)) return error;
  const branch = branchRef.replace('refs/heads/', '');
  return new Fault(error.code, error.message, {
    hints: ['Settle that, then repeat the command: it goes on where it was.', ...error.hints],
    state: `${branch} has the commit of orchestrate, and the two files of it may be lacking on disk. No file of yours was changed.`,
    data: { ...error.data },
    cause: error,
  });
}

/** The person's head with our two files on top. The same whenever it is made of the same head; one that is there is found. */
async function firstCommit(made: Made, { at, config, configText, treeText }: ServiceInitPlan): Promise<CommitId> {
  const { store, home, paths } = made;
  await store.importCommit({ gitDir: paths.gitDir, commit: at.head, name: 'branch' });
  const before = await store.treeOf(at.head);
  if (await isOurs(store, before, config.id)) {
    await bringOurs(made, at.head);
    return at.head;
  }
  const [unsupported] = await store.findUnsupported(before);
  if (unsupported) throw new Fault(unsupported.code, `${unsupported.path} ${unsupported.reason}.`);
  if ((await home.findRef('refs/tags/restore/0000-adopted')) !== undefined)
    throw new Fault('HOME_EXISTS', 'The repository has a tag restore/0000-adopted already.', {
      hints: ['git tag -d restore/0000-adopted   (when an earlier installation left it)'],
    });
  const after = await store.editTree(
    before,
    new Map([
      ['orchestrate.yaml', configText],
      ['trees/service.yaml', treeText],
    ]),
  );
  const commit = await store.commit({
    tree: after,
    parents: [at.head],
    message: firstMessage,
    author: orchestrateAuthor,
    atSeconds: (await store.commitFacts(at.head)).atSeconds + 1,
  });
  await home.deliverObjects({ commit, known: at.head });
  const moved = await home.updateRefs([{ ref: at.branchRef, from: at.head, to: commit }]);
  if (moved.kind === 'refused' && moved.actual !== commit)
    throw new Fault('CHANGE_MOVED', `${at.branchRef} moved while it was looked at.`, {
      hints: ['Repeat the command.'],
    });
  await home.applyPaths(before, after);
  return commit;
}

/** Writes the two files of our own commit where an interrupted call had moved the branch and not come to them. A repeat is safe. */
async function bringOurs({ store, home }: Made, head: CommitId): Promise<void> {
  const { parents, tree, message } = await store.commitFacts(head);
  const [parent] = parents;
  if (parent !== undefined && message === firstMessage) await home.applyPaths(await store.treeOf(parent), tree);
}

const firstMessage = 'orchestrate: look after this service\n\nRestore-point: restore/0000-adopted\n';

async function isOurs(store: Made['store'], tree: GitTreeId, id: string): Promise<boolean> {
  const bytes = await store.readFile(tree, 'orchestrate.yaml');
  if (bytes === undefined) return false;
  const text = new TextDecoder().decode(bytes);
  return parseConfig({ file: 'orchestrate.yaml', text, origin: 'installation' }).id === id;
}

/** Restore point 0 names what was found, with our two files. Returns its name. */
async function firstPoint(
  context: EngineContext,
  { commit, tree }: { commit: CommitId; tree: GitTreeId },
): Promise<string> {
  const manifest: RestoreManifest = {
    ...{ version: 1, number: 0, title: 'adopted', commit: asCommitId(commit), tree },
    ...{ environment: null, environmentDigest: null, components: noComponents },
    ...{ made: 'init', run: null, change: null, moves: [] },
    journal: context.ledger.head(),
  };
  const { atSeconds } = await context.store.commitFacts(commit);
  const point = await writePoint(context, manifest, atSeconds);
  if (!context.ledger.latest('restore:0')) await publishPoint(context, { point, known: null, run: null });
  return point.name;
}
