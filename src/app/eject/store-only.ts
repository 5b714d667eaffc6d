import { asGitTreeId, type CommitId } from '../../base/ids.ts';
import type { App, Installation } from '../app.ts';
import { newest } from '../views/journal-reader.ts';
import { whatRunsWrote } from './written.ts';

/** A commit that only a ref of the store names. */
export interface Held {
  readonly ref: string;
  readonly commit: CommitId;
  /** Name of the branch that it becomes where it is written out. */
  readonly branch: string;
  readonly why: string;
  /** A person's, or it may be: `eject` does not take it without being told. What a run made by rule only goes along. */
  readonly isTheirs: boolean;
}

const prefix = 'refs/orchestrate/';

/** Finds work that goes with the store: nothing in home names it. Reads only. */
export async function findHeld(app: App, installation: Installation): Promise<readonly Held[]> {
  const written = whatRunsWrote(app, installation);
  const { ledger, store } = installation;
  const held: Held[] = [];
  const add = (one: { ref: string; target: CommitId }, why: string, isTheirs = true): void => {
    const branch = one.ref.slice(prefix.length).replace(/^incoming\//, '');
    held.push({ ref: one.ref, commit: one.target, branch, why, isTheirs });
  };
  for (const one of await store.listRefs(`${prefix}trash/`)) {
    const put = newest(ledger, 'trash.put', `trash:${one.ref.slice(`${prefix}trash/`.length)}`)?.data;
    // Once it was emptied or brought back, the row on top is another one.
    const { parents, tree } = await store.commitFacts(one.target);
    const isTheirs = put?.holdsWork !== false && (parents.length > 0 || !(await written.hasTree(asGitTreeId(tree))));
    add(one, 'is a backup of the trash', isTheirs);
  }
  for (const one of await store.listRefs(`${prefix}opened/`)) add(one, 'was left in a slot that you opened');
  for (const one of await store.listRefs(`${prefix}edits/`))
    // The other ones hold what the components of an adopted ComfyUI have, which stays.
    if (/\/r\d+\.[^/]*#\d+$/.test(one.ref))
      add(one, 'was left by an agent that died', !(await written.hasTree(await store.treeOf(one.target))));
  for (const one of await store.listRefs(`${prefix}incoming/rescued/`)) add(one, 'are commits out of a slot');
  for (const one of await store.listRefs(`${prefix}changes/`)) {
    const change = one.ref.slice(`${prefix}changes/`.length);
    if (ledger.latest(`merged:${change}`) !== undefined) continue;
    const run = newest(ledger, 'change.drafted', `change:${change}`)?.data.run ?? '';
    const kind = newest(ledger, 'plan.made', `plan:${run}`)?.data.plan.goal.kind;
    add(one, `${change} was never merged`, kind === 'submit');
  }
  return held;
}
