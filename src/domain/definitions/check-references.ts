import { throwTogether } from './faults.ts';
import { type KnownNames, type LocatedDefinitions, referenceFaults } from './reference-faults.ts';

export type { KnownNames, LocatedDefinitions } from './reference-faults.ts';

/**
 * Checks what definitions say about each other: every name stands for something, no home port and no scope is there twice, no tree
 * reviews itself, and an agent is only given steps whose action is one of its tools.
 * Faults, all together: `PLAYBOOK_UNKNOWN_REFERENCE`, `DEFINITION_INVALID`.
 */
export function checkReferences(definitions: LocatedDefinitions, known: KnownNames): void {
  throwTogether([...referenceFaults(definitions, { known })]);
}
