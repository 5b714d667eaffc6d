import type { AttackCase } from '../../support/attack.ts';
import { componentCases } from './components.ts';
import { configurationCases } from './configuration.ts';
import { objectCases } from './objects.ts';
import { outsideCases } from './outside.ts';
import { packageCases } from './packages.ts';
import { worktreeCases } from './worktree.ts';

/** Every attack, in the order of its id. */
export const allCases: readonly AttackCase[] = [
  ...configurationCases,
  ...worktreeCases,
  ...objectCases,
  ...packageCases,
  ...outsideCases,
  ...componentCases,
].sort((one, other) => (one.id < other.id ? -1 : 1));
