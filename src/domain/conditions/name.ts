import type { ConditionName } from './condition.ts';

/** Returns the text as the name of a condition, or undefined when it is none. */
export const findConditionName = (text: string): ConditionName | undefined =>
  namePattern.test(text) ? (text as ConditionName) : undefined;

/** Returns the id of the tree that owns a condition. */
export const treeOfCondition = (name: string): string => name.slice(0, name.indexOf(':'));

/** Whether it says that somebody agreed to something: no agent may say that, whatever its tree, and wherever the word stands. */
export const isApproval = (name: string): boolean =>
  /(^|[_-])approv(ed|al)([_-]|$)/.test(name.slice(name.indexOf(':') + 1));

/** The form of `conditionField`: a tree's id and a name of its own. */
const namePattern = /^[a-z][a-z0-9-]{0,39}:[a-z][a-z0-9_-]{0,63}$/;
