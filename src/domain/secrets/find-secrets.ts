import { secretPatterns } from './patterns.ts';
import { secretForms } from './secret-forms.ts';

/** A secret in a text. Its value is nowhere in here. */
export interface FoundSecret {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** `a key of Anthropic`; `a secret of this machine` for a value that is known. */
  readonly what: string;
  /** Names the value for those who have it, so that one that was looked at is not asked about again: 12 hex digits of its hash. */
  readonly mark: string;
}

/** More of them in one file say nothing more. */
const maxFound = 20;

/**
 * Returns the secrets in a text by line: exact values in any of their forms, and what nothing but a secret looks like. What is told from its
 * place only (a password in an address) is one too.
 */
export function findSecrets(
  text: string,
  { values, sha256 }: { readonly values: readonly string[]; readonly sha256: (text: string) => string },
): readonly FoundSecret[] {
  const found = new Map<number, { what: string; value: string }>();
  for (const value of values)
    for (const form of secretForms(value))
      for (let at = text.indexOf(form); at >= 0 && found.size < maxFound; at = text.indexOf(form, at + form.length))
        if (!found.has(at)) found.set(at, { what: 'a secret of this machine', value });
  for (const { pattern, what } of secretPatterns)
    for (const match of text.matchAll(pattern))
      if (found.size < maxFound && !found.has(match.index)) found.set(match.index, { what, value: match[0] });
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([at, { what, value }]) => {
      const before = text.slice(0, at);
      const line = before.split('\n').length;
      return { line, column: at - before.lastIndexOf('\n'), what, mark: sha256(value).slice(0, 12) };
    });
}
