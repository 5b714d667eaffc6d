import { describe, expect, it } from 'vitest';

import { runView } from '../../../../src/app/views/run-view.ts';
import { asCommitId } from '../../../../src/base/ids.ts';
import { closedAs, passUntil } from '../../../fakes/fake-life.ts';
import { approveChange, type Scene, supervised, upgrade } from '../supervisor/supervised-scene.ts';

/** The person deletes the branch, and stands on another one. Returns how it comes back. */
function deleteBranch({ world }: Scene): () => void {
  const { home } = world;
  const head = home.refs.get(home.branchRef) ?? '';
  home.refs.delete(home.branchRef);
  home.refs.set('refs/heads/mine', world.first);
  const gitDir = `${world.context.paths.home}/.git`;
  home.state = {
    kind: 'ready',
    gitDir,
    branchRef: 'refs/heads/mine',
    head: asCommitId('0'.repeat(40)),
    objectFormat: 'sha1',
  };
  return () => {
    home.refs.set(home.branchRef, head);
    home.state = undefined;
  };
}

describe('a branch that is deleted under a change', () => {
  it('in the queue: it waits, says how the branch comes back, and merges then', async () => {
    const scene = await supervised();
    await upgrade(scene);
    await scene.until('c1', 'reviewing.deciding');
    const bringBack = deleteBranch(scene);
    await approveChange(scene, 'c1');
    await scene.until('c1', 'queued.holding');
    expect(scene.latest('change.held')).toMatchObject({
      fault: {
        code: 'HOME_BRANCH',
        message: `Home has no branch main any more: it was at ${scene.world.first.slice(0, 7)}.`,
        hints: [`git branch main ${scene.world.first}`, 'git switch main'],
      },
    });
    await scene.world.clock.advance(20_000);
    expect(scene.world.home.moves).toEqual([]);
    bringBack();
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') === 'done');
  });

  it('before its gate: it is not refused, and is proven when the branch is back', async () => {
    const scene = await supervised();
    const { service } = scene.world;
    const { runWorkflow } = service;
    let bringBack = (): void => {};
    let nRuns = 0;
    // The last step of the run on its own tree: the gate comes next.
    service.runWorkflow = async (...given) => {
      nRuns += 1;
      if (nRuns === 2) bringBack = deleteBranch(scene);
      return runWorkflow(...given);
    };
    await upgrade(scene);
    await scene.until('c1', 'conflicted');
    await scene.world.clock.advance(20_000);
    expect(closedAs(scene.world, 'r1')).toBeUndefined();
    // What was never proven cannot be rejected: what is offered works.
    const commands = runView(scene.world.ledgers.open(), 'r1')?.waiting?.commands;
    expect(commands).toContain('orchestrate runs cancel r1');
    expect(commands).not.toContain('orchestrate review reject c1');
    bringBack();
    await scene.until('c1', 'reviewing.deciding');
    await approveChange(scene, 'c1');
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') === 'done');
  });
});
