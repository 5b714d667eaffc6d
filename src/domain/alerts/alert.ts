import type { Severity } from '../diagnosis/finding.ts';

/** What somebody has to know. `key` says what it is about: a second one with the key of an open one is the same alert, once more. */
export interface AlertRaised {
  /** Like `service:down`, `disk:full`, `signature:s08:pack:upscale`, `schedule:nightly`, `waiting:r12:r12.stop`. Lower-case words with `:` and `-`. */
  readonly key: string;
  readonly severity: Severity;
  /** One sentence, without a secret. */
  readonly sentence: string;
  /** Journal rows and lines that show it. */
  readonly evidence: readonly string[];
  /** Key of the alert that this one follows from: it is told with that one and not by itself. Null: none known. */
  readonly because: string | null;
  /** What to type next, at most three commands. */
  readonly hints: readonly string[];
}
