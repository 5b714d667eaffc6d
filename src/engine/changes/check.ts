import { asCommitId, asGitTreeId } from '../../base/ids.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { ChangeFacts } from '../../domain/policy/facts.ts';
import type { Engine } from '../engine.ts';
import { policyDigest } from '../policy/digest.ts';
import { ruledOf } from '../policy/ruled.ts';
import { planOf } from '../tasks/task-view.ts';
import { type Drafted, draftOf } from './draft.ts';
import { footprintBetween } from './footprints.ts';
import type { Gated } from './gate.ts';
import { noteAddress } from './pinned-address.ts';
import { remoteRule } from './remote.ts';

/**
 * Decides from what it touches who must review a change, what else has to be there, and how risky it is. `gated`: put onto a branch
 * that had moved, it may touch more than was proposed; what merges is what counts.
 */
export async function checkChange(engine: Engine, change: string, gated?: Gated): Promise<object> {
  const drafted = draftOf(engine, change);
  const facts = await factsOf(engine, drafted, gated);
  const { risk, tiers, asks, outsideScope, reviewers } = ruledOf(engine, change, facts);
  // The first is what the playbook says: where the tier begins, not why it was raised.
  const raised = tiers.slice(1);
  const data = {
    change,
    outsideScope,
    reviewers,
    risk,
    why: raised.map(({ sentence }) => sentence),
    policy: policyDigest(engine),
    ...(gated === undefined ? {} : { base: gated.base, exact: gated.exact, paths: facts.paths }),
    facts: facts.facts,
    sizeBytes: facts.sizeBytes,
    tiers,
    asks,
    sendsTo: await sendsTo(engine, drafted.run),
  };
  await engine.ledger.append([row('change.checked', data, { run: drafted.run, keys: [`check:${change}`] })]);
  return {};
}

/** Where the merge goes beside home, as people are shown it before they say yes. */
async function sendsTo(engine: Engine, run: string) {
  const rule = remoteRule(engine, run, planOf(engine, run).branchRef);
  if (rule === null) return null;
  return { address: await noteAddress(engine, rule), branch: rule.branch, how: rule.rule };
}

/** Whether what merges is another tree, or on another base, than what was checked last. */
export function isOther(engine: Engine, change: string, gated: Gated): boolean {
  const checked = dataOf('change.checked', engine.ledger.latest(`check:${change}`));
  const { base, proposed } = draftOf(engine, change);
  return (checked?.exact ?? proposed) !== gated.exact || (checked?.base ?? base) !== gated.base;
}

async function factsOf(engine: Engine, drafted: Drafted, gated: Gated | undefined): Promise<ChangeFacts> {
  const [before, after] =
    gated === undefined
      ? [asGitTreeId(drafted.baseTree), asGitTreeId(drafted.proposed)]
      : [await engine.store.treeOf(asCommitId(gated.base)), asGitTreeId(gated.exact)];
  const { facts } = await footprintBetween(engine, before, after);
  const differences = await engine.store.differences(before, after);
  let sizeBytes = 0;
  for (const { after: file } of differences)
    if (file !== null) sizeBytes += (await engine.store.readBlob(file.blob)).byteLength;
  return { tree: drafted.tree, paths: differences.map(({ path }) => path), facts, sizeBytes };
}
