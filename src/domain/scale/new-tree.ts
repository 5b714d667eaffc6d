import { Fault, type Position } from '../../base/fault.ts';
import { checkReferences, type KnownNames } from '../definitions/check-references.ts';
import type { Located } from '../definitions/locator.ts';
import { readTree } from '../definitions/tree.ts';
import type { Agent, Definitions, Playbook, Tree } from '../definitions/types.ts';

/** First home port that is suggested for a tree; see DESIGN: 8188 and up are those of the built-in ones. */
const FIRST_PORT = 8188;

/** Returns the next port that is no tree's home port, not in the range that leases come from, and not production's. */
export function nextHomePort(definitions: Pick<Definitions, 'trees'>, taken: ReadonlySet<number>): number {
  const used = new Set([...[...definitions.trees.values()].map(({ homePort }) => homePort), ...taken]);
  let port = FIRST_PORT;
  while (used.has(port)) port += 1;
  return port;
}

/**
 * Returns the tree that a file's text makes beside the definitions. Faults: `TREE_EXISTS`, and those of a definition file:
 * `DEFINITION_SYNTAX`, `DEFINITION_INVALID`, `PLAYBOOK_UNKNOWN_REFERENCE`.
 */
export function requireNewTree(definitions: Definitions, text: string, known: KnownNames): Tree {
  const draft = readTree({ file: 'the new tree', text, origin: 'installation' });
  const { id } = draft.value;
  const there = definitions.trees.get(id);
  if (there)
    throw new Fault('TREE_EXISTS', `There is a tree ${id} already: ${there.file}.`, {
      hints: [`Edit trees/${id}.yaml and commit it: definitions are read anew.`, 'orchestrate trees list'],
      state: 'Nothing was changed.',
    });
  const located = readTree({ file: `trees/${id}.yaml`, text, origin: 'installation' });
  checkTogether(definitions, known, (trees) => trees.set(id, located));
  return located.value;
}

/** Fault when something names the tree that is to go: `TREE_IN_USE`, with what does. */
export function requireUnnamed(definitions: Definitions, id: string): void {
  const named = [
    ...[...definitions.trees.values()]
      .filter((tree) => tree.id !== id && tree.reviewers.includes(id))
      .map((tree) => `tree ${tree.id} has it as reviewer (${tree.file})`),
    ...[...definitions.agents.values()]
      .filter(({ tree }) => tree === id)
      .map((one) => `agent ${one.id} works there (${one.file})`),
    ...[...definitions.playbooks.values()]
      .filter(({ tree, trees }) => tree === id || trees.includes(id))
      .map((one) => `playbook ${one.id} runs there (${one.file})`),
  ];
  if (named.length === 0) return;
  throw new Fault('TREE_IN_USE', `The tree ${id} is named elsewhere: ${named.slice(0, 4).join('; ')}.`, {
    hints: ['Take it out of those files first.'],
    state: 'Nothing was changed.',
    data: { named },
  });
}

function checkTogether(
  definitions: Definitions,
  known: KnownNames,
  change: (trees: Map<string, Located<Tree>>) => void,
): void {
  const trees = new Map([...definitions.trees].map(([id, value]) => [id, placed(value)] as const));
  // Last, so that what two of them share is told at the new one.
  change(trees);
  checkReferences(
    { trees, agents: new Map<string, Located<Agent>>(), playbooks: new Map<string, Located<Playbook>>() },
    known,
  );
}

/** A definition that was read before: its faults were told then. */
function placed<T extends { readonly file: string }>(value: T): Located<T> {
  const at: Position = { file: value.file, line: 1, column: 1 };
  return { value, locate: { value: () => at, key: () => at } };
}
