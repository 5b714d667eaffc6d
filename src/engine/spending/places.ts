import PQueue from 'p-queue';

import type { Provider } from '../../domain/providers/provider.ts';
import { type Admission, narrowed, widened } from '../../domain/routing/admission.ts';
import type { Clock } from '../../ports/index.ts';

/** How many calls of language models are on their way: so many at a provider, so many at all. Who waits longest comes first. */
export interface Places {
  /** Whether a call at the provider would have to wait for a place. */
  isBusy(provider: Provider): boolean;
  /** Does the work in a place; of two conversations that wait, the one with fewer calls goes first. An abort gives the place up. */
  take<T>(at: { provider: Provider; conversation: string; signal: AbortSignal }, work: () => Promise<T>): Promise<T>;
  /** A call was answered: all is well. */
  answered(): void;
  /** The provider said that it is too much, and to wait so long (null: it said nothing). */
  crowded(provider: Provider, retryAfterMs: number | null): void;
}

/** Creates the places. `parallel`: calls at once, to begin with and when all is well. */
export function createPlaces(clock: Clock, parallel: () => { readonly first: number; readonly most: number }): Places {
  let admission: Admission | undefined;
  const atAll = new PQueue();
  const atProvider = new Map<string, PQueue>();
  const freeAtMs = new Map<string, number>();
  const nOf = new Map<string, number>();
  const admit = (change: (now: Admission) => Admission): void => {
    admission = change(admission ?? { width: parallel().first, nCalm: 0 });
    atAll.concurrency = Math.min(admission.width, parallel().most);
  };
  const linesOf = ({ id, maxConcurrent }: Provider): PQueue => {
    const line = atProvider.get(id) ?? new PQueue();
    atProvider.set(id, line);
    line.concurrency = maxConcurrent;
    return line;
  };
  return {
    isBusy(provider) {
      admit((now) => now);
      const line = linesOf(provider);
      return line.pending >= line.concurrency;
    },
    async take({ provider, conversation, signal }, work) {
      admit((now) => now);
      const n = nOf.get(conversation) ?? 0;
      nOf.set(conversation, n + 1);
      const options = { priority: -n, signal };
      try {
        return await linesOf(provider).add(async () => {
          for (let waitMs = 1; waitMs > 0;) {
            waitMs = (freeAtMs.get(provider.id) ?? 0) - clock.monotonicMs();
            if (waitMs > 0 && !(await clock.sleep(waitMs, signal))) signal.throwIfAborted();
          }
          return atAll.add(work, options);
        }, options);
      } finally {
        const left = (nOf.get(conversation) ?? 1) - 1;
        if (left === 0) nOf.delete(conversation);
        else nOf.set(conversation, left);
      }
    },
    answered: () => admit((now) => widened(now, parallel().most)),
    crowded(provider, retryAfterMs) {
      admit(narrowed);
      if (retryAfterMs !== null) freeAtMs.set(provider.id, clock.monotonicMs() + retryAfterMs);
    },
  };
}
