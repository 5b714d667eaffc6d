import type { Actor } from '../journal/actor.ts';
import type { RunOptions } from './options.ts';

/** Whether a yes counts as said beforehand, to the plan and to the review: a person's does, a program's is no answer. */
export const saidYes = ({ options, by }: { readonly options: Pick<RunOptions, 'yes'>; readonly by: Actor }): boolean =>
  options.yes && by.kind === 'person';
