import type { FaultKind } from './fault-kinds.ts';

/** What a code of the table stands for. */
export interface FaultCodeEntry {
  readonly kind: FaultKind;
  /** One line for `docs/errors.md`. */
  readonly title: string;
  /** What to type next when the thrower knows nothing better. */
  readonly hints: readonly string[];
}

/** Returns a row of the table. */
export const entry = (kind: FaultKind, title: string, ...hints: string[]): FaultCodeEntry => ({
  kind,
  title,
  hints,
});
