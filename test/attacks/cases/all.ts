import type { AttackCase } from '../../support/attack.ts';
import { componentCases } from './components.ts';
import { configurationCases } from './configuration.ts';
import { displayCases } from './display.ts';
import { journalCases } from './journal.ts';
import { nameCases } from './names.ts';
import { objectCases } from './objects.ts';
import { outsideCases } from './outside.ts';
import { packageCases } from './packages.ts';
import { submitCases } from './submit.ts';
import { worktreeCases } from './worktree.ts';

/** Every attack, in the order of its id. */
export const allCases: readonly AttackCase[] = [
  ...configurationCases,
  ...worktreeCases,
  ...objectCases,
  ...nameCases,
  ...displayCases,
  ...packageCases,
  ...outsideCases,
  ...componentCases,
  ...submitCases,
  ...journalCases,
].sort((one, other) => (one.id < other.id ? -1 : 1));
