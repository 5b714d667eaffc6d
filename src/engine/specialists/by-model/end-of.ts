import type { Worked } from '../order.ts';
import { finishInput } from '../tools/finish.ts';
import type { Talk } from './talk.ts';

/** What an agent says of its work. A claim. */
export type Said = Pick<Worked, 'summary' | 'evidence' | 'outcome'>;

/**
 * Returns what the agent said when it ended; undefined while it goes on. Read from the transcript, so that an end that was reached before a
 * kill is the end after it too: nobody is asked again.
 */
export function endOf(talk: Talk): Said | undefined {
  const { messages } = talk.standing();
  const last = messages.at(-1);
  if (last?.role === 'model')
    return last.calls.length > 0 ? undefined : { summary: last.text, evidence: [], outcome: null };
  const answered = messages.at(-2);
  if (last?.role !== 'tools' || answered?.role !== 'model') return undefined;
  const isTaken = (id: string): boolean => last.results.some((result) => result.id === id && !result.isError);
  const finish = answered.calls.find(({ id, name }) => name === 'finish' && isTaken(id));
  return finish && finishInput.parse(JSON.parse(finish.arguments));
}
