import { Fault } from '../base/fault.ts';
import { asGitTreeId } from '../base/ids.ts';
import { type ComponentRequirements, parseComponentRequirements } from '../domain/environments/pack-requirements.ts';
import { type Component, parseComponents } from '../domain/instances/components.ts';
import type { PlanningContext } from './_context.ts';

/** What the components of an installation ask of its environment. */
export interface AskedByComponents {
  /** ComfyUI's own lines; none when its tree has no `requirements.txt`. */
  readonly core: ComponentRequirements;
  /** Every node pack, sorted by path; packs without a `requirements.txt` are among them. */
  readonly packs: readonly ComponentRequirements[];
}

/**
 * Reads `requirements.txt` of every component from its tree in the trusted store: what is pinned, not what lies in a folder.
 * `components` are those that are to be; left out, those of the branch. Writes nothing.
 */
export async function packRequirements(
  context: Pick<PlanningContext, 'store' | 'baseTree'>,
  components?: readonly Component[],
): Promise<AskedByComponents> {
  return requirementsOf(context.store, components ?? (await componentsOfBranch(context)));
}

/** Reads what these components ask for. */
export async function requirementsOf(
  store: PlanningContext['store'],
  components: readonly Component[],
): Promise<AskedByComponents> {
  const all = [...components].sort((a, b) => (a.path < b.path ? -1 : 1));
  let core: ComponentRequirements = { component: 'ComfyUI', requirements: [], ignored: [] };
  const packs: ComponentRequirements[] = [];
  for (const component of all) {
    const bytes = await store.readFile(asGitTreeId(component.tree), 'requirements.txt');
    // The file is a stranger's: bytes that are no UTF-8 are marks in a line that is then not understood.
    const text = bytes === undefined ? '' : new TextDecoder('utf-8').decode(bytes);
    const asked = parseComponentRequirements(component.id, text);
    if (component.path === '.') core = asked;
    else packs.push(asked);
  }
  return { core, packs };
}

async function componentsOfBranch({
  store,
  baseTree,
}: Pick<PlanningContext, 'store' | 'baseTree'>): Promise<readonly Component[]> {
  const bytes = await store.readFile(baseTree, 'components.lock');
  if (bytes === undefined) {
    throw new Fault('CONFIG_INVALID', 'The branch has no components.lock.', {
      hints: ['orchestrate doctor'],
      state: 'Nothing was changed.',
    });
  }
  return parseComponents(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}
