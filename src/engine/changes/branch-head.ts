import { Fault } from '../../base/fault.ts';
import { asCommitId, type CommitId } from '../../base/ids.ts';
import type { EngineContext } from '../context.ts';
import { unfitHome } from '../runs/unfit-home.ts';

/** What belongs to `branchRef` waits: home shows another branch, or none, or does not have it any more. */
export async function branchFault(context: EngineContext, branchRef: string): Promise<Fault> {
  const isThere = (await context.home.findRef(branchRef)) !== undefined;
  return isThere ? elsewhereFault(branchRef) : goneFault(context, branchRef);
}

const elsewhereFault = (branchRef: string): Fault => {
  const name = branchRef.replace('refs/heads/', '');
  return new Fault('HOME_BRANCH', `Home does not have ${name} checked out, and the merge is for ${name}.`, {
    hints: [`git switch ${name}`],
    state: 'No file of home was written. It goes on as soon as that branch is checked out.',
  });
};

/** Deleted or renamed: it is made anew at the commit that was seen last; a branch of the person's is not renamed back. */
async function goneFault(context: EngineContext, branchRef: string): Promise<Fault> {
  const name = branchRef.replace('refs/heads/', '');
  const seen = await context.store.findRef(seenRef);
  const where = seen === undefined ? '' : `: it was at ${seen.slice(0, 7)}`;
  return new Fault('HOME_BRANCH', `Home has no branch ${name} any more${where}.`, {
    hints: [...(seen === undefined ? [] : [`git branch ${name} ${seen}`]), `git switch ${name}`],
    state: 'Nothing is lost: its commits and what was proposed are kept. It goes on as soon as the branch is back.',
    data: { branchRef, seen: seen ?? null },
  });
}

/** The branch as it was seen last, in the store. */
const seenRef = 'refs/orchestrate/incoming/branch';

/** Takes the branch's commit into the store and returns it, whatever home has checked out. Fault `HOME_BRANCH` when it is gone. */
export async function branchHead(context: EngineContext, branchRef: string): Promise<CommitId> {
  const state = await context.home.inspect();
  // Another branch, or none, is checked out: that concerns files, not what the branch holds.
  if (state.kind === 'unfit' && state.code !== 'HOME_DETACHED' && state.code !== 'HOME_UNBORN')
    throw await unfitHome(context, state);
  const head = await context.home.findRef(branchRef);
  if (head === undefined) throw await goneFault(context, branchRef);
  const commit = asCommitId(head);
  await context.store.importCommit({ gitDir: context.paths.gitDir, commit, name: 'branch' });
  return commit;
}
