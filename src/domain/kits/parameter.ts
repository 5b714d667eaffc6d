import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { didYouMean } from '../definitions/did-you-mean.ts';
import { titleField } from '../definitions/fields.ts';

/**
 * What a text may hold unless the kit says otherwise: nothing that YAML, JSON, Python, a shell or a Dockerfile reads as more than text,
 * and no dash at its beginning.
 */
export const plainText = '^(?!-)[A-Za-z0-9 ._:/@+,=-]*$';
const longestPattern = 200;

const description = titleField;
export const parameterSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('text'),
    description,
    default: z.string().max(400).nullable().default(null),
    'at-most': z.number().int().min(1).max(400).default(200),
  }),
  z.strictObject({
    type: z.literal('name'),
    description,
    default: z.string().max(80).nullable().default(null),
  }),
  z.strictObject({
    type: z.enum(['number', 'integer']),
    description,
    default: z.number().nullable().default(null),
    least: z.number(),
    most: z.number(),
  }),
  z.strictObject({
    type: z.literal('choice'),
    description,
    default: z.string().nullable().default(null),
    options: z
      .array(z.string().regex(new RegExp(plainText)).min(1).max(80))
      .min(1)
      .max(32),
  }),
]);
export type Parameter = z.infer<typeof parameterSchema>;

const namePattern = /^[a-z][a-z0-9-]{0,39}$/;

/** Returns why a value does not fit, as the end of a sentence, or undefined when it does. */
export function parameterProblem(parameter: Parameter, value: string): string | undefined {
  if (value.length > longestPattern * 2) return 'is longer than 400 characters';
  switch (parameter.type) {
    case 'text':
      if (value.length > parameter['at-most']) return `is longer than ${parameter['at-most']} characters`;
      return new RegExp(plainText).test(value)
        ? undefined
        : 'may have letters, digits, blanks and . _ : / @ + , = - , and does not begin with "-"';
    case 'name':
      return namePattern.test(value)
        ? undefined
        : 'has to be lower-case letters, digits and "-", starting with a letter, 40 at most';
    case 'choice':
      return parameter.options.includes(value) ? undefined : `has to be one of ${parameter.options.join(', ')}`;
    case 'number':
    case 'integer': {
      const { least, most, type } = parameter;
      const pattern = type === 'integer' ? /^-?\d{1,15}$/ : /^-?\d{1,15}(\.\d{1,9})?$/;
      if (!pattern.test(value)) return `has to be ${type === 'integer' ? 'a whole number' : 'a number'}`;
      return Number(value) < least || Number(value) > most ? `has to be from ${least} to ${most}` : undefined;
    }
  }
}

/**
 * Returns the value of every parameter: what was given, else its default; null where neither is there.
 * Fault `TEMPLATE_PARAMETER_INVALID` for an unknown name, one given twice, a value that does not fit.
 */
export function valuesOf(
  kit: { readonly id: string; readonly parameters: Readonly<Record<string, Parameter>> },
  given: readonly string[],
): Readonly<Record<string, string | null>> {
  const asked = new Map<string, string>();
  for (const one of given) {
    const at = one.indexOf('=');
    const name = at < 0 ? one : one.slice(0, at);
    const known = Object.keys(kit.parameters);
    if (at < 0) throw invalid(kit.id, `${JSON.stringify(one.slice(0, 60))} is no parameter: write it as name=value.`);
    if (!known.includes(name))
      throw invalid(
        kit.id,
        `${kit.id} has no parameter ${JSON.stringify(name.slice(0, 60))}.${didYouMean(name, known)}`,
      );
    if (asked.has(name)) throw invalid(kit.id, `The parameter ${name} is given twice.`);
    asked.set(name, one.slice(at + 1));
  }
  return Object.fromEntries(
    Object.entries(kit.parameters).map(([name, parameter]) => {
      const value = asked.get(name) ?? (parameter.default === null ? null : String(parameter.default));
      const problem = value === null ? undefined : parameterProblem(parameter, value);
      if (problem !== undefined) throw invalid(kit.id, `The parameter ${name} ${problem}.`);
      return [name, value];
    }),
  );
}

/** Fault `TEMPLATE_PARAMETER_INVALID` where one has no value. */
export function requireValues(
  id: string,
  values: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string>> {
  const missing = Object.keys(values).filter((name) => values[name] === null);
  if (missing.length > 0)
    throw invalid(
      id,
      `${missing.length === 1 ? 'A value is' : 'Values are'} missing for ${missing.join(', ')}.`,
      `orchestrate templates apply ${id} ${missing.map((name) => `--set ${name}=…`).join(' ')}`,
    );
  return values as Readonly<Record<string, string>>;
}

const invalid = (id: string, sentence: string, hint = `orchestrate templates show ${id}`): Fault =>
  new Fault('TEMPLATE_PARAMETER_INVALID', sentence, { hints: [hint], state: 'Nothing was changed.' });
