import { Fault } from '../../base/fault.ts';
import { textOf } from '../expressions/evaluate.ts';
import type { ExpressionFacts } from '../expressions/facts.ts';

/** A `${…}` in the text of an argument. */
export interface Reference {
  /** As it stands there. */
  readonly text: string;
  /** Where it begins in the argument, in UTF-16 units. */
  readonly offset: number;
  /** Name of the input where it is one and nothing else. */
  readonly input: string | undefined;
  /** What stands between the braces; undefined where the closing one is missing. */
  readonly expression: string | undefined;
}

/** Returns every `${…}` of a text, except escaped ones. */
export function referencesIn(text: string): readonly Reference[] {
  return [...text.matchAll(dollarPattern)]
    .filter(([found]) => found !== '$$')
    .map(({ 0: found, index }) => ({
      text: found,
      offset: index,
      input: inputPattern.exec(found)?.[1],
      expression: expressionPattern.exec(found)?.[1],
    }));
}

/**
 * Returns the arguments (`with`) of a step with every `${inputs.name}` replaced by the input and every other `${expression}` by what
 * it gives. `$$` gives a dollar sign, a dollar sign alone stays. What is filled in is not looked at again.
 * Faults: `PLAYBOOK_UNKNOWN_REFERENCE`, `EXPRESSION_FAILED`.
 */
export function fillArguments(
  args: Readonly<Record<string, string>>,
  facts: ExpressionFacts,
): Readonly<Record<string, string>> {
  const { inputs } = facts;
  const fill = (argument: string, text: string): string =>
    text.replaceAll(dollarPattern, (found) => {
      if (found === '$$') return '$';
      const name = inputPattern.exec(found)?.[1];
      const value = name !== undefined && Object.hasOwn(inputs, name) ? inputs[name] : undefined;
      if (value !== undefined) return value;
      const expression = name === undefined ? expressionPattern.exec(found)?.[1] : undefined;
      if (expression !== undefined) return textOf(expression, facts);
      throw new Fault(
        'PLAYBOOK_UNKNOWN_REFERENCE',
        `The argument ${argument} uses ${found}, but there is no such input.`,
        {
          data: { argument, reference: found, known: Object.keys(inputs) },
        },
      );
    });
  return Object.fromEntries(Object.entries(args).map(([name, text]) => [name, fill(name, text)]));
}

// `${` without its end counts as a reference too, so that a forgotten brace is told and not passed on.
const dollarPattern = /\$\$|\$\{[^}]*\}?/g;
const inputPattern = /^\$\{inputs\.([a-z][a-z0-9-]*)\}$/;
const expressionPattern = /^\$\{([^}]+)\}$/;
