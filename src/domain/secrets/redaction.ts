import { secretPatterns } from './patterns.ts';
import { secretForms } from './secret-forms.ts';

/** What stands where a secret was. */
export const redacted = '[redacted]';

/** Deeper values are cut there: whoever logs one made a mistake. */
const maxDepth = 64;

/** Takes secrets out of what is written, said or shown. */
export interface Redaction {
  /** The text without known secrets, in any of their forms, and without what has the form of one. */
  text(text: string): string;
  /** The same of every text and name of plain data. What has no secret is returned as it is. */
  data<T>(value: T): T;
  /** Whether a known secret, or what nothing but a secret looks like, is in the text. */
  holds(text: string): boolean;
  /** Longest form of a known secret, in characters: so much of a piece may be the beginning of one. */
  readonly longest: number;
  /** A known secret has a line end in it: lines cannot be looked at one by one. */
  readonly hasLines: boolean;
}

/** Returns the redaction of these exact values, and of all that has the form of a secret. Values of less than 8 characters are passed over. */
export function createRedaction(values: Iterable<string>): Redaction {
  // The longest first, or the rest of a longer secret would stay when a shorter one is its beginning.
  const forms = [...new Set([...values].flatMap(secretForms))].sort((a, b) => b.length - a.length);
  const text = (given: string): string => {
    let rest = given;
    for (const form of forms) if (rest.includes(form)) rest = rest.replaceAll(form, redacted);
    for (const { pattern } of secretPatterns) rest = rest.replace(pattern, redacted);
    return rest;
  };
  const walk = (value: unknown, depth: number): unknown => {
    if (typeof value === 'string') return text(value);
    if (typeof value === 'number') return forms.includes(String(value)) ? redacted : value;
    if (typeof value !== 'object' || value === null) return value;
    if (depth > maxDepth) return redacted;
    if (Array.isArray(value))
      return kept(
        value,
        value.map((one) => walk(one, depth + 1)),
      );
    const fields = Object.entries(value).map(([name, inner]) => [text(name), walk(inner, depth + 1)] as const);
    const isSame = Object.entries(value).every(
      ([name, inner], at) => fields[at]?.[0] === name && fields[at][1] === inner,
    );
    return isSame ? value : Object.fromEntries(fields);
  };
  return {
    text,
    data: <T>(value: T) => walk(value, 0) as T,
    holds: (given) =>
      forms.some((form) => given.includes(form)) ||
      secretPatterns.some(({ pattern, isWhole }) => isWhole && given.search(pattern) >= 0),
    longest: forms[0]?.length ?? 0,
    hasLines: forms.some((form) => form.includes('\n')),
  };
}

const kept = (before: readonly unknown[], after: readonly unknown[]): readonly unknown[] =>
  after.every((one, at) => one === before[at]) ? before : after;
