/** How a state is told from jitter: a new one has to be seen several times in a row before it counts. */
export interface Steady<State extends string> {
  readonly told: State;
  readonly seen: State;
  readonly times: number;
}

export const steadyAt = <State extends string>(told: State): Steady<State> => ({ told, seen: told, times: 0 });

/** Returns the state after one more look; `told` moves when the same other state was seen `patience` times in a row. Null says nothing. */
export function lookedAgain<State extends string>(
  before: Steady<State>,
  seen: State | null,
  patience: number,
): Steady<State> {
  if (seen === null) return before;
  if (seen === before.told) return steadyAt(before.told);
  const times = seen === before.seen ? before.times + 1 : 1;
  return times >= patience ? steadyAt(seen) : { told: before.told, seen, times };
}
