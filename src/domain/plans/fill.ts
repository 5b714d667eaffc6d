import { Fault } from '../../base/fault.ts';

/** A `${…}` in the text of an argument. */
export interface Reference {
  /** As it stands there. */
  readonly text: string;
  /** Name of the input, or undefined when it is something that nobody fills in. */
  readonly input: string | undefined;
}

/** Returns every `${…}` of a text, except escaped ones. */
export function referencesIn(text: string): readonly Reference[] {
  return [...text.matchAll(dollarPattern)]
    .filter(([found]) => found !== '$$')
    .map(([found]) => ({ text: found, input: inputPattern.exec(found)?.[1] }));
}

/**
 * Returns the arguments (`with`) of a step with every `${inputs.name}` replaced by the input. `$$` gives a dollar sign, a
 * dollar sign alone stays. There are no other expressions, and what is filled in is not looked at again.
 * Fault: `PLAYBOOK_UNKNOWN_REFERENCE`.
 */
export function fillArguments(
  args: Readonly<Record<string, string>>,
  { inputs }: { readonly inputs: Readonly<Record<string, string>> },
): Readonly<Record<string, string>> {
  const fill = (argument: string, text: string): string =>
    text.replaceAll(dollarPattern, (found) => {
      if (found === '$$') return '$';
      const name = inputPattern.exec(found)?.[1];
      const value = name !== undefined && Object.hasOwn(inputs, name) ? inputs[name] : undefined;
      if (value !== undefined) return value;
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
