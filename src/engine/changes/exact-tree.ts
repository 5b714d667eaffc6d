import type { Fault } from '../../base/fault.ts';
import { asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import type { Engine } from '../engine.ts';
import { draftOf } from './draft.ts';
import { conflictFault } from './gate.ts';

export type Exact =
  | { readonly kind: 'clean'; readonly tree: GitTreeId }
  /** It waits: `fault` says what both touch. */
  | { readonly kind: 'conflict'; readonly fault: Fault };

/** Returns the tree that `onto` becomes with the change. The answer for the same three trees stays the same. */
export async function exactTree(
  engine: Engine,
  options: { readonly change: string; readonly onto: GitTreeId; readonly signal: AbortSignal },
): Promise<Exact> {
  const { change, onto } = options;
  const drafted = draftOf(engine, change);
  const [base, proposed] = [asGitTreeId(drafted.baseTree), asGitTreeId(drafted.proposed)];
  if (base === onto) return { kind: 'clean', tree: proposed };
  const merged = await engine.store.mergeTrees({ base, ours: onto, theirs: proposed });
  return merged.kind === 'clean' ? merged : { kind: 'conflict', fault: conflictFault(change, merged.paths) };
}
