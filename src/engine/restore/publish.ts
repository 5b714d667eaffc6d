import { Fault } from '../../base/fault.ts';
import type { CommitId } from '../../base/ids.ts';
import { row } from '../../domain/journal/kinds.ts';
import { printManifest, type RestoreManifest, restoreName, restoreRef } from '../../domain/restore/manifest.ts';
import type { EngineContext } from '../context.ts';
import type { Engine } from '../engine.ts';

export interface WrittenPoint {
  readonly name: string;
  readonly object: string;
  readonly manifest: RestoreManifest;
}

/** The manifest of a commit that a person made: named before a merge puts another on top of it. */
export async function byHandManifest(
  engine: Engine,
  options: { commit: CommitId; number: number; journal: RestoreManifest['journal'] },
): Promise<RestoreManifest> {
  const { commit, number, journal } = options;
  const { tree } = await engine.store.commitFacts(commit);
  const state = await engine.template.stateOf(engine, tree);
  return {
    version: 1,
    number,
    title: 'by hand',
    commit,
    tree,
    ...state,
    made: 'by-hand',
    run: null,
    change: null,
    moves: [],
    journal,
  };
}

/** Writes the annotated tag object. No ref names it yet. The same manifest and time give the same object. */
export async function writePoint(
  context: EngineContext,
  manifest: RestoreManifest,
  atSeconds: number,
): Promise<WrittenPoint> {
  const name = restoreName(manifest.number, manifest.title);
  const object = await context.store.tagObject({
    name: `restore/${name}`,
    target: manifest.commit,
    message: printManifest(manifest),
    atSeconds,
  });
  return { name, object, manifest };
}

/**
 * Makes the restore point visible: in the trusted store, in home, and in the journal. A repeat is safe;
 * a ref of that name that names something else is never replaced: Fault `LEDGER_BROKEN`.
 */
export async function publishPoint(
  context: EngineContext,
  options: { point: WrittenPoint; known: CommitId | null; run: string | null },
): Promise<{ ref: string; object: string }> {
  const { name, object, manifest } = options.point;
  const ref = restoreRef(name);
  const inStore = await context.store.updateRefs([{ ref, from: null, to: object }]);
  if (inStore.kind === 'refused' && inStore.actual !== object) throw taken(ref);
  await context.home.deliverObjects({ commit: manifest.commit, tag: object, known: options.known ?? manifest.commit });
  const inHome = await context.home.updateRefs([{ ref, from: null, to: object }]);
  if (inHome.kind === 'refused' && inHome.actual !== object) throw taken(ref);
  const keys = [`restore:${manifest.number}`, `restore-at:${manifest.commit}`, 'restores'];
  if (!context.ledger.latest(`restore:${manifest.number}`)) {
    await context.ledger.append([
      row(
        'restore.created',
        { tag: `restore/${name}`, number: manifest.number, commit: manifest.commit, manifest, object },
        { run: options.run, keys },
      ),
    ]);
  }
  return { ref, object };
}

const taken = (ref: string): Fault =>
  new Fault('LEDGER_BROKEN', `${ref} already names something else.`, {
    hints: ['orchestrate journal verify', 'orchestrate restore list'],
    state: 'The branch has not moved.',
  });
