/** What a rule reviewer asked, what it read, and what it found. */
export interface QuestionAnswer {
  readonly id: string;
  readonly question: string;
  readonly verdict: 'yes' | 'no' | 'not-applicable';
  /** The facts that were read, one sentence each. */
  readonly facts: readonly string[];
  /** Sequence numbers of the journal rows that hold the facts. Empty only for `not-applicable`. */
  readonly rows: readonly number[];
}
