import type { Clock } from '../../ports/index.ts';

/** Watches that something keeps coming. */
export interface Silence {
  /** Aborts once nothing was heard for the time. */
  readonly signal: AbortSignal;
  /** Something came. */
  heard(): void;
  /** Nothing is waited for any more. */
  end(): void;
}

/** Creates a watch that begins now. Who hears ten thousand tokens sets no timer for each. */
export function watchSilence(clock: Clock, silenceMs: number): Silence {
  const silent = new AbortController();
  const over = new AbortController();
  let lastMs = clock.monotonicMs();
  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const leftMs = lastMs + silenceMs - clock.monotonicMs();
      if (leftMs <= 0) {
        silent.abort(new Error('silence'));
        return;
      }
      await clock.sleep(leftMs, over.signal);
    }
  };
  void watch();
  return {
    signal: silent.signal,
    heard: () => {
      lastMs = clock.monotonicMs();
    },
    end: () => over.abort(),
  };
}
