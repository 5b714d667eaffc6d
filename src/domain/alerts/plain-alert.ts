import { visibleText } from '../../base/visible-text.ts';
import type { AlertRaised } from './alert.ts';
import { maskSecrets } from './mask-secrets.ts';

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
