import { asCommitId, asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import { overlaps } from '../../domain/changes/footprint.ts';
import { footprintBetween } from '../changes/footprints.ts';
import type { Gated } from '../changes/gate.ts';
import type { Engine } from '../engine.ts';
import { type Answered, finalApprovals, type Reviewed } from './approvals.ts';
import { policyDigest } from './digest.ts';
import { ruledOf } from './ruled.ts';

/**
 * Returns the approvals of persons that go along to a new base: the policy says `disjoint`, the tier is not high, no signature is asked
 * for (it names the old base), what the change itself does to each file is the same bytes, and what the base gained touches nothing
 * that the change touches. Each names the row that it came from. Nothing is written.
 */
export async function carriedApprovals(engine: Engine, gated: Gated): Promise<readonly Reviewed[]> {
  const { risk, asks } = ruledOf(engine, gated.change);
  if (engine.config.policy.rules?.carry !== 'disjoint' || risk === 'high') return [];
  if (asks.some(({ what }) => what === 'signature')) return [];
  const policy = policyDigest(engine);
  const before = finalApprovals(engine, gated.change).filter(
    (one) => one.by.kind === 'person' && one.policy === policy && one.base !== gated.base && !one.brokeGlass,
  );
  const last = before.at(-1);
  if (last === undefined || !(await isDisjoint(engine, last, gated))) return [];
  return before.filter((one) => one.base === last.base && one.tree === last.tree).map((one) => carried(one, gated));
}

function carried({ row, ...given }: Answered, { base, exact }: Gated): Reviewed {
  return { ...given, base, tree: exact, carriedFrom: given.carriedFrom ?? row };
}

async function isDisjoint(engine: Engine, last: Answered, { base, exact }: Gated): Promise<boolean> {
  const [oldBase, newBase] = [await treeOf(engine, last.base), await treeOf(engine, base)];
  const [oldTree, newTree] = [asGitTreeId(last.tree), asGitTreeId(exact)];
  if ((await ownBytes(engine, oldBase, oldTree)) !== (await ownBytes(engine, newBase, newTree))) return false;
  const gained = await footprintBetween(engine, oldBase, newBase);
  const own = await footprintBetween(engine, newBase, newTree);
  const paths = new Set(gained.paths);
  return overlaps(gained, own).length === 0 && !own.paths.some((path) => paths.has(path));
}

const treeOf = (engine: Engine, commit: string): Promise<GitTreeId> => engine.store.treeOf(asCommitId(commit));

/** What a change does to every file, before and after, as one text. */
async function ownBytes(engine: Engine, before: GitTreeId, after: GitTreeId): Promise<string> {
  const differences = await engine.store.differences(before, after);
  const side = (one: { mode: string; blob: string } | null): string => (one === null ? '-' : `${one.mode} ${one.blob}`);
  return differences.map((one) => `${one.path}\0${side(one.before)}\0${side(one.after)}`).join('\n');
}
