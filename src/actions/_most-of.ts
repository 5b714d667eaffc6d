/** What of a list can be had at once, and what cannot. */
export interface MostOf<T> {
  readonly kept: readonly T[];
  /** In their order; `isTried` is false where the calls were used up before its turn. */
  readonly left: readonly { readonly one: T; readonly isTried: boolean }[];
}

/**
 * Returns the most of a list that `fits` together, earlier ones first: the whole, else its halves one after the other, down to
 * single ones, so that one that does not fit takes no other with it. Asks at most `maxCalls` times.
 */
export async function mostOf<T>(
  all: readonly T[],
  options: { readonly fits: (some: readonly T[]) => Promise<boolean>; readonly maxCalls: number },
): Promise<MostOf<T>> {
  let nCalls = 0;
  let kept: readonly T[] = [];
  const left: { one: T; isTried: boolean }[] = [];
  const add = async (some: readonly T[]): Promise<void> => {
    if (some.length === 0) return;
    if (nCalls === options.maxCalls) return void left.push(...some.map((one) => ({ one, isTried: false })));
    nCalls += 1;
    if (await options.fits([...kept, ...some])) return void (kept = [...kept, ...some]);
    if (some.length === 1) return void left.push(...some.map((one) => ({ one, isTried: true })));
    const middle = Math.ceil(some.length / 2);
    await add(some.slice(0, middle));
    await add(some.slice(middle));
  };
  await add(all);
  return { kept, left };
}
