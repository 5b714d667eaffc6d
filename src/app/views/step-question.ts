import { entriesOf, newest, rowOf, type JournalReader } from './journal-reader.ts';
import { stepOfTask } from './step-view.ts';

/** What a step asks a person before it starts. */
export interface StepQuestion {
  readonly step: string;
  readonly text: string;
  /** Journal row that asks it. */
  readonly row: number;
}

/** Returns the oldest question of a run's steps that nobody has answered, or undefined. It stays open while other steps work or wait. */
export function openQuestion(reader: JournalReader, run: string): StepQuestion | undefined {
  for (const entry of entriesOf(reader, { run, kinds: ['step.asked'] })) {
    const asked = rowOf('step.asked', entry);
    if (asked === undefined) continue;
    const { task, text } = asked.data;
    if (newest(reader, 'step.answered', `step-answer:${task}`) === undefined)
      return { step: stepOfTask(run, task) ?? task, text, row: asked.seq };
  }
  return undefined;
}
