import { Fault } from '../../base/fault.ts';
import { asCommitId, type CommitId } from '../../base/ids.ts';
import type { EngineContext } from '../context.ts';
import { unfitHome } from '../runs/unfit-home.ts';

/** Home shows another branch, or none: what belongs to `branchRef` waits. */
export const branchFault = (branchRef: string): Fault => {
  const name = branchRef.replace('refs/heads/', '');
  return new Fault('HOME_BRANCH', `Home does not have ${name} checked out, and the merge is for ${name}.`, {
    hints: [`git switch ${name}`],
    state: 'No file of home was written. It goes on as soon as that branch is checked out.',
  });
};

/** Takes the branch's commit into the store and returns it, whatever home has checked out. Fault `HOME_BRANCH` when it is gone. */
export async function branchHead(context: EngineContext, branchRef: string): Promise<CommitId> {
  const state = await context.home.inspect();
  // Another branch, or none, is checked out: that concerns files, not what the branch holds.
  if (state.kind === 'unfit' && state.code !== 'HOME_DETACHED' && state.code !== 'HOME_UNBORN')
    throw await unfitHome(context, state);
  const head = await context.home.findRef(branchRef);
  if (head === undefined) throw branchFault(branchRef);
  const commit = asCommitId(head);
  await context.store.importCommit({ gitDir: context.paths.gitDir, commit, name: 'branch' });
  return commit;
}
