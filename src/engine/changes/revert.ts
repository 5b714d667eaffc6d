import { Fault } from '../../base/fault.ts';
import { asCommitId } from '../../base/ids.ts';
import { mergeMessage } from '../../domain/changes/merge-message.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { RestoreManifest } from '../../domain/restore/manifest.ts';
import type { Engine } from '../engine.ts';
import { listRestorePoints, nextRestoreNumber } from '../restore/points.ts';
import { publishPoint, writePoint } from '../restore/publish.ts';
import { draftOf, orchestrateAuthor } from './draft.ts';
import { moveBranch, requireBranch } from './merge.ts';
import { recordOnce } from './record-once.ts';

/** Begins the effect keys of taking a change back. */
export const revertKey = (change: string): string => `revert:${change}`;

/**
 * Takes a merge back after production did not become healthy: a new commit with the base's files on top,
 * with its own restore point. The branch never moves backwards. Finishes by the same routine after a kill.
 */
export async function revertMerge(
  engine: Engine,
  options: { change: string; reason: string },
): Promise<{ commit: string; reason: string }> {
  const { change } = options;
  return engine.inMergeTurn(change, async () => {
    const merged = dataOf('branch.moved', engine.ledger.latest(`merged:${change}`));
    if (!merged) throw new Error(`${change} is reverted without a merge`);
    const { run, title } = draftOf(engine, change);
    const key = revertKey(change);
    const intent = await engine.perform(
      { key: `${key}:intent`, name: 'fix what is taken back', input: { change, reason: options.reason }, run },
      {
        act: async (input) => ({
          reason: typeof input['reason'] === 'string' ? input['reason'] : options.reason,
          number: nextRestoreNumber(await listRestorePoints(engine)),
          atSeconds: Math.floor(engine.outside.clock.nowMs() / 1000),
          journal: engine.ledger.head(),
        }),
      },
    );
    const from = asCommitId(merged.to);
    const tree = await engine.store.treeOf(asCommitId(merged.from));
    const subject = `revert: ${title}`;
    const message = mergeMessage({
      title: subject,
      moves: [],
      trailers: { Run: run, Change: change, Reason: intent.reason },
    });
    const commit = await engine.store.commit({
      tree,
      parents: [from],
      message,
      author: orchestrateAuthor,
      atSeconds: intent.atSeconds,
    });
    const manifest: RestoreManifest = {
      version: 1,
      number: intent.number,
      title: subject,
      commit,
      tree,
      ...(await engine.template.stateOf(engine, tree)),
      made: 'revert',
      run,
      change,
      moves: [],
      journal: intent.journal,
    };
    const point = await writePoint(engine, manifest, intent.atSeconds);
    await engine.perform(
      {
        key: `${key}:point`,
        name: 'publish the restore point',
        input: { name: point.name, object: point.object },
        run,
      },
      { act: () => publishPoint(engine, { point, known: from, run }) },
    );
    const moved = await engine.perform(
      { key: `${key}:branch`, name: 'move the branch', input: { from, to: commit }, run },
      { act: () => moveBranch(engine, { ref: merged.ref, from, to: commit }) },
    );
    if (!moved.moved) {
      throw new Fault('CHANGE_MOVED', 'The branch moved while the merge was being taken back.', {
        state: 'Production is stopped; the branch is as you left it.',
        hints: ['orchestrate service start', 'orchestrate undo'],
      });
    }
    await requireBranch(engine, merged.ref);
    const after = await engine.store.treeOf(from);
    const applied = await engine.perform(
      { key: `${key}:home`, name: "bring home's files back", input: { after: tree }, run },
      { act: () => engine.home.applyPaths(after, tree) },
    );
    const { written, kept, indexRefreshed } = applied;
    await recordOnce(engine, `${key}:moved`, () =>
      row('branch.moved', { ref: merged.ref, from, to: commit, change }, { run, keys: ['branch', `${key}:moved`] }),
    );
    await recordOnce(engine, `${key}:applied`, () =>
      row(
        'home.applied',
        { change, written, kept, indexRefreshed },
        { run, keys: [`home:${change}`, `${key}:applied`] },
      ),
    );
    return { commit, reason: intent.reason };
  });
}
