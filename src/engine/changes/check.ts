import { asGitTreeId } from '../../base/ids.ts';
import { row } from '../../domain/journal/kinds.ts';
import type { ChangeFacts } from '../../domain/policy/facts.ts';
import type { Engine } from '../engine.ts';
import { policyDigest } from '../policy/digest.ts';
import { ruledOf } from '../policy/ruled.ts';
import { planOf } from '../tasks/task-view.ts';
import { type Drafted, draftOf } from './draft.ts';
import { footprintBetween } from './footprints.ts';
import { noteAddress } from './pinned-address.ts';
import { remoteRule } from './remote.ts';

/** Decides from what it touches who must review a change, what else has to be there, and how risky it is. */
export async function checkChange(engine: Engine, change: string): Promise<object> {
  const drafted = draftOf(engine, change);
  const facts = await factsOf(engine, drafted);
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

async function factsOf(engine: Engine, { tree, baseTree, proposed, paths }: Drafted): Promise<ChangeFacts> {
  const [before, after] = [asGitTreeId(baseTree), asGitTreeId(proposed)];
  const { facts } = await footprintBetween(engine, before, after);
  let sizeBytes = 0;
  for (const { after: file } of await engine.store.differences(before, after))
    if (file !== null) sizeBytes += (await engine.store.readBlob(file.blob)).byteLength;
  return { tree, paths: paths.map(({ path }) => path), facts, sizeBytes };
}
