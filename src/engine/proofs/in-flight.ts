import { Fault } from '../../base/fault.ts';
import type { Clock } from '../../ports/index.ts';

/** What is being proven or built now, by key: nobody does the same beside it. Lives as long as the process. */
export interface InFlight {
  /**
   * Does the work while nobody else does the same; the caller then looks first whether it still has to be done. One owner may
   * enter again. `mayWait` is asked again and again: who must not wait goes ahead beside the other. Fault `INTERRUPTED`
   * when the signal aborts before its turn.
   */
  alone<T>(key: string, options: AloneOptions, work: () => Promise<T>): Promise<T>;
}

export interface AloneOptions {
  readonly owner: string;
  readonly signal?: AbortSignal;
  /** Whoever holds what the other may need must not wait for it: both would wait for ever. */
  readonly mayWait?: () => boolean;
}

/** How often `mayWait` is asked again. */
const lookEveryMs = 500;

export function createInFlight(clock: Clock): InFlight {
  const holders = new Map<string, { readonly owner: string; readonly over: Promise<boolean> }>();
  return {
    async alone(key, { owner, signal, mayWait = () => true }, work) {
      for (;;) {
        const held = holders.get(key);
        if (held === undefined) break;
        if (held.owner === owner || !mayWait()) return work();
        const done = new AbortController();
        const slept = clock.sleep(lookEveryMs, AbortSignal.any([done.signal, ...(signal ? [signal] : [])]));
        const goesOn = await Promise.race([held.over, slept]);
        done.abort();
        if (!goesOn) throw new Fault('INTERRUPTED', `Nobody waits any more for what ${held.owner} proves.`);
      }
      const { promise: over, resolve } = Promise.withResolvers<boolean>();
      holders.set(key, { owner, over });
      try {
        return await work();
      } finally {
        holders.delete(key);
        resolve(true);
      }
    },
  };
}
