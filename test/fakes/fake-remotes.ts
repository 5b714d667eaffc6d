import { Fault } from '../../src/base/fault.ts';
import type { CommitId } from '../../src/base/ids.ts';
import type { Remotes } from '../../src/ports/git.ts';

export interface FakeRemotes extends Remotes {
  /** Refs there. */
  readonly refs: Map<string, string>;
  /** What keeps it from answering, or from taking what is pushed. */
  fails: 'silent' | 'rejects' | null;
  /** What happens just after a push arrived. */
  onPush: (() => void) | null;
  /** Where a name leads, when that is not the name itself. */
  address: string | null;
  /** How often something was pushed. */
  nPushes: number;
}

/** One remote in memory, under whatever name. */
export function createFakeRemotes(): FakeRemotes {
  const refs = new Map<string, string>();
  const answer = (): void => {
    if (remotes.fails === 'silent') throw new Fault('REMOTE_UNREACHABLE', 'The remote does not answer.');
  };
  const read = async ({ branch }: { branch: string }): Promise<CommitId | undefined> => {
    answer();
    return refs.get(`refs/heads/${branch}`) as CommitId | undefined;
  };
  const remotes: FakeRemotes = {
    refs,
    fails: null,
    onPush: null,
    nPushes: 0,
    address: null,
    addressOf: async (remote) => remotes.address ?? remote,
    readBranch: read,
    fetchBranch: read,
    async push({ updates }) {
      answer();
      remotes.nPushes += 1;
      for (const { ref, from } of updates) {
        if (remotes.fails === 'rejects') return { kind: 'refused', ref, reason: 'rejected', said: 'not today' };
        if ((refs.get(ref) ?? null) !== from) return { kind: 'refused', ref, reason: 'moved', said: '' };
      }
      for (const { ref, to } of updates)
        if (to === null) refs.delete(ref);
        else refs.set(ref, to);
      remotes.onPush?.();
      return { kind: 'moved' };
    },
  };
  return remotes;
}
