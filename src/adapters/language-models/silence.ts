import type { Clock } from '../../ports/index.ts';

/** Watches that something keeps coming. */
export interface Silence {
  /** Aborts once nothing was heard for the time. */
  readonly signal: AbortSignal;
  /** A token came. */
  heard(): void;
  /** Bytes came that may say nothing: providers ping while a model thinks. */
  stirred(): void;
  /** Nothing is waited for any more. */
  end(): void;
}

/** Who pings is there, and who pings for ever does not answer: so many times as long is waited for a token. */
const stretch = 5;

/** Creates a watch that begins now. Who hears ten thousand tokens sets no timer for each. */
export function watchSilence(clock: Clock, silenceMs: number): Silence {
  const silent = new AbortController();
  const over = new AbortController();
  let tokenMs = clock.monotonicMs();
  let byteMs = tokenMs;
  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const untilMs = Math.min(byteMs + silenceMs, tokenMs + stretch * silenceMs);
      const leftMs = untilMs - clock.monotonicMs();
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
      tokenMs = clock.monotonicMs();
      byteMs = tokenMs;
    },
    stirred: () => {
      byteMs = clock.monotonicMs();
    },
    end: () => over.abort(),
  };
}
