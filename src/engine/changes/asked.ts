import type { QuestionAnswer } from '../../domain/changes/questions.ts';
import type { JournalKinds } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';

/** What a rule reviewer is asked about. */
export interface Asked {
  readonly drafted: JournalKinds['change.drafted'];
  readonly gated: JournalKinds['change.gated'];
  /** Sequence number of the gate's row. */
  readonly gateRow: number;
}

export type Answer = Omit<QuestionAnswer, 'id' | 'question'>;

export interface Question {
  readonly question: string;
  answer(engine: Engine, asked: Asked): Promise<Answer>;
}

/** Returns the changed paths that a pattern finds. */
export const touches = (asked: Asked, pattern: RegExp): readonly string[] =>
  asked.drafted.paths.map((one) => one.path).filter((path) => pattern.test(path));

export const notApplicable = (fact: string): Answer => ({ verdict: 'not-applicable', facts: [fact], rows: [] });
export const verdictOf = (holds: boolean): 'yes' | 'no' => (holds ? 'yes' : 'no');
