import { maskPasswords } from '../definitions/mask.ts';

/**
 * Returns the text with what looks like a key, token or password replaced by `[redacted]`: logs and errors tell secrets that are on no
 * list of ours. Done again it changes nothing, so that what is kept and what is read once more are the same text.
 */
export function maskSecrets(text: string): string {
  return maskPasswords(patterns.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text));
}

// No part below can be matched in two ways without a bound: a line takes time by its length, whatever stands in it.

/** What names of secrets end with, whatever stands before: `CIVITAI_API_TOKEN`, `apiToken`, `AWS_SECRET_ACCESS_KEY`. */
const name =
  '(?:(?:api|access|secret|private|auth|account|signing|encryption|master)[_ -]?key|token|secret|passwo?r?d|passphrase|credentials?)';
/** A quote; one of text within text has a backslash before it. */
const quote = String.raw`\\?["']`;
const assigned = String.raw`${name}(?:${quote})?\s{0,3}[=:]{1,2}>?\s{0,3}`;
/** An option of a command line, with its value behind it: as typed, and as a list of words. */
const option = String.raw`(?<![\w-])--?[\w-]{0,60}${name}(?:${quote})?(?:\s{1,3}|\s{0,3},\s{0,3})`;
/** Behind a quote: up to the next one like it. */
const quoted = String.raw`(?:(?!\2)(?:[^\\]|\\[^]?))+`;
const bare = String.raw`[^\s"',;&]{3,}`;

const patterns: readonly (readonly [RegExp, string])[] = [
  // Tokens that say whose they are: GitHub, GitLab, Hugging Face, OpenAI and Anthropic, Slack, AWS, Google, Nvidia, ComfyUI.
  [/\b(?:gh[oprsu]_|github_pat_|glpat-|hf_|sk-|xox[abeoprs]-|AKIA|ASIA|AIza|nvapi-)[A-Za-z0-9_-]{10,}/g, '[redacted]'],
  [/\bcomfyui-[0-9a-f]{16,}/g, '[redacted]'],
  [/\b(Bearer|Basic) +[A-Za-z0-9+/=._~-]{8,}/gi, '$1 [redacted]'],
  [/(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*/g, '[redacted]'],
  [
    new RegExp(
      String.raw`(authorization(?:${quote})?\s{0,3}[=:]\s{0,3}(?:${quote})?(?:[a-z][\w-]{0,30} {1,3})?)${bare}`,
      'gi',
    ),
    '$1[redacted]',
  ],
  [/([?&](?:x-(?:amz|goog)-signature|signature|sig|key)=)[^\s"'&#]{3,}/gi, '$1[redacted]'],
  [new RegExp(`(${assigned}[bru]{0,2}(${quote}))${quoted}`, 'gi'), '$1[redacted]'],
  [new RegExp(`(${assigned})${bare}`, 'gi'), '$1[redacted]'],
  [new RegExp(`(${option}(${quote}))${quoted}`, 'gi'), '$1[redacted]'],
  [new RegExp(`(${option})(?!-)${bare}`, 'gi'), '$1[redacted]'],
];
