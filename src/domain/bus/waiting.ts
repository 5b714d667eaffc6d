import type { Address } from './address.ts';

/** Who waits for an answer of whom, now. */
export interface Waiting {
  readonly asker: Address;
  readonly asked: Address;
}

/**
 * Returns the way round by which a question would make agents wait for each other for ever: whom the asked one waits for, whom that one waits
 * for, and so on to the asker; undefined where there is none.
 */
export function findCircle(waits: readonly Waiting[], { asker, asked }: Waiting): readonly Address[] | undefined {
  const ways: (readonly Address[])[] = [[asked]];
  const seen = new Set<Address>();
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    const last = way.at(-1) as Address;
    if (last === asker) return way;
    if (seen.has(last)) continue;
    seen.add(last);
    for (const wait of waits) if (wait.asker === last) ways.push([...way, wait.asked]);
  }
  return undefined;
}
