import { maskSecrets } from './mask-secrets.ts';

/** What a suppression or a table of causes names: a key, or the beginning of keys with `*` behind it (`signature:*`). */
export const keyPattern = /^[a-z0-9][A-Za-z0-9._:@/-]{0,159}\*?$/;

/** Whether the alert's key is the pattern's, or begins as it says. */
export function matchesKey(pattern: string, key: string): boolean {
  return pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern;
}

/** Longest key; what is longer is cut and told apart by its digest. */
const maxKeyChars = 120;

/**
 * Returns the key as the journal keeps it. Names of models and packs get into keys: what looks like a secret is left out, what does
 * not belong there becomes `-`.
 */
export function alertKey(unmasked: string, sha256: (text: string) => string): string {
  const text = maskSecrets(unmasked);
  const clean = text.replace(/[^A-Za-z0-9._:@/-]+/g, '-').replace(/^[^a-z0-9]+/, '');
  if (clean === text && text.length <= maxKeyChars && text !== '') return text;
  // With its digest no longer than a key may be, so that the key of a key is the key.
  return `${clean.slice(0, maxKeyChars - 9) || 'unnamed'}-${sha256(text).slice(0, 8)}`;
}
