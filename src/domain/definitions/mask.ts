/**
 * Returns the text with secrets replaced by as many stars: user names and passwords of addresses, and what looks like a key of an
 * account. Texts of files go into messages and the journal; columns stay where they are.
 */
export function maskPasswords(text: string): string {
  return text
    .replace(/(:\/\/)([^\s/@'"]+)(?=@)/g, (_, start: string, secret: string) => start + stars(secret))
    .replace(/\b(?:sk-|gh[oprsu]_|github_pat_|hf_)[A-Za-z0-9_-]{10,}/g, stars)
    .replace(keyPattern, (_, start: string, secret: string) => start + stars(secret));
}

/** A value of a field named as keys are, long, with digits in it, and no path: `api-key: 0123456789abcdef.XYZ`. */
const keyPattern =
  /((?:key|token|secret)["']?\s{0,3}:\s{0,3}["']?)(?!env:)((?=[A-Za-z._-]{0,200}\d)[A-Za-z0-9._-]{16,400})/gi;

const stars = (secret: string): string => '*'.repeat(secret.length);
