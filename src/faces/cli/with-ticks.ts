/** What came first: a value of the source, or a tick. */
export type Ticked<Value> = { readonly kind: 'value'; readonly value: Value } | { readonly kind: 'tick' };

/** Gives the values of a source as they come, and a tick whenever the promise of `tick` resolves. One tick is waited for at a time. */
export async function* withTicks<Value>(
  source: AsyncIterable<Value>,
  tick: () => Promise<unknown>,
): AsyncGenerator<Ticked<Value>> {
  const iterator = source[Symbol.asyncIterator]();
  const nextTick = (): Promise<'tick'> => tick().then(() => 'tick');
  try {
    let next = iterator.next();
    let ticking = nextTick();
    for (;;) {
      const first = await Promise.race([next, ticking]);
      if (first === 'tick') {
        yield { kind: 'tick' };
        ticking = nextTick();
      } else if (first.done === true) {
        return;
      } else {
        yield { kind: 'value', value: first.value };
        next = iterator.next();
      }
    }
  } finally {
    await iterator.return?.();
  }
}
