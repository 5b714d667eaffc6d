import { languageOf } from './language.ts';
import { readsOf } from './names.ts';

/** Whether an expression that has been read reads only what is known when a plan is made: inputs and the installation. */
export function readsEarly(text: string): boolean {
  const reads = readsOfText(text);
  return reads.steps.length === 0 && reads.conditions.length === 0 && !reads.own;
}

/** Whether an expression that has been read is about one thing of a list, or about what the step itself reported. */
export const readsOwn = (text: string): boolean => readsOfText(text).own;

/** Returns the conditions that an expression that has been read asks for. */
export const readsConditions = (text: string): readonly string[] => readsOfText(text).conditions;

const everywhere = { inputs: [], steps: [], conditions: true, item: true, output: true };

const readsOfText = (text: string): ReturnType<typeof readsOf> => readsOf(languageOf(everywhere).parse(text).ast);
