import { asCommitId, type CommitId } from '../../../../src/base/ids.ts';
import type { SubmitAsked } from '../../../../src/domain/changes/source.ts';
import { ask, closedAs, passUntil, startSupervisor } from '../../../fakes/fake-life.ts';
import { anna, createWorld, homeDir, type World } from '../../../fakes/fake-world.ts';

export const options = { previewOnly: false, yes: true, until: null, playbook: null, inputs: {} };

export const asked = (source: SubmitAsked['source'], more: Partial<SubmitAsked> = {}): SubmitAsked => ({
  source,
  tree: null,
  title: null,
  base: null,
  isCommittedOnly: false,
  isScopeOnly: false,
  ...more,
});

/** Commits the files on a branch of home, beside the branch that is checked out. */
export function branchWith(world: World, name: string, edits: Readonly<Record<string, string | null>>): CommitId {
  const before = world.home.head();
  const commit = world.home.commitByHand(edits, `work\n\nReviewed-by: root\n`);
  world.home.refs.set(`refs/heads/${name}`, commit);
  world.home.refs.set(world.home.branchRef, before);
  const leaves = world.home.objects.leaves(world.home.objects.facts(asCommitId(before)).tree);
  for (const path of Object.keys(edits)) {
    const was = leaves.get(path);
    if (was) world.files.put(`${homeDir}/${path}`, world.home.objects.read('blob', was.blob));
    else void world.files.remove(`${homeDir}/${path}`);
  }
  return commit;
}

/** A world whose merges go to a remote that is where home is. */
export async function withRemote(mode: 'push' | 'pull-request', more = ''): Promise<World> {
  const world = await createWorld({ config: `merge: { mode: ${mode}, remote: origin${more} }` });
  world.remotes.refs.set(world.home.branchRef, world.home.head());
  return world;
}

/** Asks, and lets a supervisor work until the run is closed. */
export async function carryOut(world: World, run: string): Promise<string | undefined> {
  const supervisor = startSupervisor(world);
  await passUntil(world, () => closedAs(world, run) !== undefined);
  await supervisor.stop();
  return closedAs(world, run);
}

export const submit = (world: World, given: SubmitAsked, more: object = {}): Promise<number> =>
  ask(world, 'submit.start', { asked: given, options: { ...options, ...more }, by: anna });
