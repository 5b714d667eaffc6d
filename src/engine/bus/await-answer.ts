import type { Message } from '../../domain/bus/message.ts';
import type { Bus, Clock } from '../../ports/index.ts';

/**
 * Returns the first answer to a message; undefined: none came in time, or the signal aborted. By a clock that never jumps: a day that
 * the wall clock leaps is not a day without an answer. Takes nothing: the answer stays where it lies.
 */
export async function awaitAnswer(
  { bus, clock }: { readonly bus: Bus; readonly clock: Clock },
  { id, deadlineMs, signal }: { readonly id: number; readonly deadlineMs: number; readonly signal: AbortSignal },
): Promise<Message | undefined> {
  const [known] = bus.answersTo(id);
  if (known !== undefined) return known;
  const over = new AbortController();
  const until = AbortSignal.any([over.signal, signal]);
  void clock.sleep(deadlineMs, until).then(() => over.abort());
  try {
    for await (const message of bus.tail({ afterId: id, signal: until }))
      if (message.kind === 'answer' && message.inReplyTo === id) return message;
    return bus.answersTo(id)[0];
  } finally {
    // A sleep that is left would keep a process that has its answer.
    over.abort();
  }
}
