import { asCommitId, type GitTreeId } from '../../base/ids.ts';
import { type Component, parseComponents } from '../../domain/instances/components.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { OutsideState } from '../../domain/outside/state.ts';
import type { EngineContext } from '../context.ts';

const fileOf = (context: EngineContext, digest: string): string => `${context.paths.state}/outside/${digest}.json`;

/**
 * Returns what differences are counted from, or undefined before the first look. The journal holds its digest; a file
 * that is lost or was changed counts as none.
 */
export async function readBaseline(context: EngineContext): Promise<OutsideState | undefined> {
  const known = dataOf('outside.baseline', context.ledger.latest('outside:baseline'));
  if (known === undefined) return undefined;
  const text = await context.outside.files.readText(fileOf(context, known.digest));
  if (text === undefined || context.outside.digest.sha256(text) !== known.digest) return undefined;
  return JSON.parse(text) as OutsideState;
}

/** Makes this what differences are counted from. A repeat with the same state writes nothing. */
export async function writeBaseline(context: EngineContext, state: OutsideState, why: string): Promise<void> {
  const { files, digest } = context.outside;
  const text = `${JSON.stringify(state)}\n`;
  const sha256 = digest.sha256(text);
  const before = dataOf('outside.baseline', context.ledger.latest('outside:baseline'));
  if (before?.digest === sha256) return;
  await files.ensureDir(`${context.paths.state}/outside`, { mode: 0o700 });
  await files.writeAtomic(fileOf(context, sha256), text, { mode: 0o600 });
  const data = {
    digest: sha256,
    why,
    atMs: state.atMs,
    nComponents: state.adopted?.components.length ?? 0,
  };
  await context.ledger.append([row('outside.baseline', data, { keys: ['outside:baseline'] })]);
  // The row names the new one: the old one is not needed any more.
  if (before !== undefined) await files.remove(fileOf(context, before.digest));
}

/**
 * Returns the baseline of an installation that was never looked at: its components as `init` took them, and all else
 * as it is now. What moved between the two is found by the first look.
 */
export async function firstBaseline(context: EngineContext, now: OutsideState): Promise<OutsideState> {
  if (now.adopted === null) return now;
  const created = dataOf('installation.created', context.ledger.latest('installation'));
  if (created === undefined) return now;
  const taken = await componentsOf(context, await context.store.treeOf(asCommitId(created.head)));
  const present = new Map(now.adopted.components.map((one) => [one.path, one]));
  // Packs may have been taken from other folders: those are not looked at.
  const here = taken.filter(({ path }) => present.has(path));
  const components = here.map(({ path, tree, commit, source }) => {
    const { isTracked = false, version = null } = present.get(path)?.tree === tree ? (present.get(path) ?? {}) : {};
    return { path, place: path, state: 'in use' as const, tree, reason: null, source, commit, isTracked, version };
  });
  // What was disabled then was not taken, and is no difference now; nor is what could not be taken.
  const others = now.adopted.components.filter(({ state }) => state === 'disabled');
  const known = new Set(components.map(({ path }) => path));
  return {
    ...now,
    adopted: { ...now.adopted, components: [...components, ...others.filter(({ path }) => !known.has(path))] },
  };
}

/** The components that a tree of home declares; none when it has no `components.lock`. */
export async function componentsOf(context: EngineContext, tree: GitTreeId): Promise<readonly Component[]> {
  const bytes = await context.store.readFile(tree, 'components.lock');
  return bytes === undefined ? [] : parseComponents(new TextDecoder().decode(bytes));
}
