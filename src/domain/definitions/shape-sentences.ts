import type { z } from 'zod';

import { didYouMean } from './did-you-mean.ts';
import { pathText } from './locator.ts';
import { maskPasswords } from './mask.ts';

/** Longest part of a wrong text that a message repeats. */
const MAX_SHOWN = 40;

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a set of fields',
  record: 'a set of fields',
};

/** Returns what is wrong as a sentence that starts with the field. `actual` is the value there; undefined is none. */
export function shapeSentence(issue: z.core.$ZodIssue, actual: unknown): string {
  const field = pathText(issue.path);
  const subject = field === '' ? 'The file' : field;
  if (field === '' && actual === null) return 'The file is empty.';
  if (issue.code === 'custom') return `${subject} ${issue.message}.`;
  if (issue.code === 'invalid_key')
    return `The name ${pathText(issue.path.slice(-1))} is not allowed: it ${issue.issues[0]?.message ?? 'is not an id'}.`;
  if (actual === undefined) return `The field ${subject} is missing.`;
  switch (issue.code) {
    case 'invalid_type': {
      // A message of the schema's own says more than the name of a type.
      if (issue.message.startsWith('has to be ')) return `${subject} ${issue.message}, not ${shown(actual)}.`;
      const isUnquoted = issue.expected === 'string' && (typeof actual === 'number' || typeof actual === 'boolean');
      return `${subject} has to be ${kinds[issue.expected] ?? issue.expected}, not ${shown(actual)}.${isUnquoted ? ' Put it in quotes.' : ''}`;
    }
    case 'invalid_value': {
      const words = issue.values.map(String);
      const guess = typeof actual === 'string' ? didYouMean(actual, words) : '';
      return `${subject} has to be ${orList(words)}, not ${shown(actual)}.${guess}`;
    }
    case 'too_small':
      return `${subject} ${bound(issue.origin, 'least', Number(issue.minimum), actual)}.`;
    case 'too_big':
      return `${subject} ${bound(issue.origin, 'most', Number(issue.maximum), actual)}.`;
    default:
      return `${subject} ${issue.message}, not ${shown(actual)}.`;
  }
}

function bound(origin: string, side: 'least' | 'most', limit: number, actual: unknown): string {
  if (origin === 'array') return side === 'least' && limit === 1 ? 'is empty' : `has to have at ${side} ${limit} items`;
  if (origin === 'string')
    return side === 'least' && limit === 1 ? 'is empty' : `has to have at ${side} ${limit} characters`;
  return `has to be at ${side} ${limit}, not ${shown(actual)}`;
}

function shown(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a set of fields';
  const text = maskPasswords(JSON.stringify(value));
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…"` : text;
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
