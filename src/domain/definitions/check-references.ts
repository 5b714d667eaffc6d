import { throwTogether } from './faults.ts';
import type { KnownNames } from './known-names.ts';
import { type LocatedDefinitions, referenceFaults } from './reference-faults.ts';

export type { KnownNames } from './known-names.ts';
export type { LocatedDefinitions } from './reference-faults.ts';

/**
 * Checks what definitions say about each other: every name stands for something, no home port and no scope is there twice, no tree
 * reviews itself, an agent is only given steps whose action is one of its tools, actions are given what they take, and expressions
 * read what actions report.
 * Faults, all together: `PLAYBOOK_UNKNOWN_REFERENCE`, `DEFINITION_INVALID`.
 */
export function checkReferences(definitions: LocatedDefinitions, known: KnownNames): void {
  throwTogether([...referenceFaults(definitions, { known })]);
}
