import { visibleText } from '../../base/visible-text.ts';
import { maskPasswords } from '../definitions/mask.ts';
import type { AlertRaised } from './alert.ts';

const maxSentenceChars = 500;
const maxEvidence = 10;
const maxHints = 3;

/** Returns the alert as it may be kept and sent: one line each, nothing that steers a terminal, no secret that looks like one. */
export function plainAlert(alert: AlertRaised): AlertRaised {
  return {
    ...alert,
    sentence: plainLine(alert.sentence, maxSentenceChars),
    evidence: alert.evidence.slice(0, maxEvidence).map((line) => plainLine(line, 400)),
    hints: alert.hints.slice(0, maxHints).map((line) => plainLine(line, 300)),
  };
}

/** Returns text from anywhere as one line of at most so many characters, without what looks like a secret. */
export function plainLine(text: string, maxChars: number): string {
  // Cut before it is looked through: a line of a log may be megabytes long. Twice as much, so that a secret is not cut in two.
  const masked = maskSecrets(visibleText(text.slice(0, maxChars * 2)));
  return masked.length <= maxChars ? masked : `${masked.slice(0, maxChars - 1)}…`;
}

/** Returns the text with what looks like a key, token or password replaced by `[redacted]`. */
export function maskSecrets(text: string): string {
  return patterns.reduce((rest, [pattern, by]) => rest.replace(pattern, by), maskPasswords(text));
}

const patterns: readonly (readonly [RegExp, string])[] = [
  // Tokens that say whose they are: GitHub, GitLab, Hugging Face, OpenAI and Anthropic, Slack, AWS, Google.
  [/\b(?:gh[oprsu]_|github_pat_|glpat-|hf_|sk-|xox[abeoprs]-|AKIA|AIza)[A-Za-z0-9_-]{10,}/g, '[redacted]'],
  [/\b(Bearer|Basic) +[A-Za-z0-9+/=._~-]{8,}/gi, '$1 [redacted]'],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*/g, '[redacted]'],
  [
    /\b((?:[A-Za-z0-9]{1,30}[_-])?(?:api[_-]?key|token|secret|passwo?r?d|passphrase|credentials?))(["']?\s{0,3}[=:]\s{0,3}["']?)[^\s"',;&]{3,}/gi,
    '$1$2[redacted]',
  ],
];
