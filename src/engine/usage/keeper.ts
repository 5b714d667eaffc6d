import { Fault } from '../../base/fault.ts';
import type { Engine } from '../engine.ts';
import { takeUpUsage } from './take-up.ts';

export interface UsageKeeper {
  /** Counts what ended since the last look. Cheap when it is not due. */
  look(): Promise<void>;
}

/** Counts what production was used for, at intervals of `monitoring.interval`: the service forgets it when it ends. */
export function createUsageKeeper(engine: Engine): UsageKeeper {
  const { clock, log } = engine.outside;
  let lookedMs = Number.NEGATIVE_INFINITY;
  return {
    async look() {
      if (clock.monotonicMs() - lookedMs < engine.config.monitoring.intervalMs) return;
      lookedMs = clock.monotonicMs();
      try {
        await takeUpUsage(engine);
      } catch (error) {
        // Counts may be lost without harm: nothing ends for them.
        if (!(error instanceof Fault)) throw error;
        log.warn('what was used could not be counted', { reason: error.message });
      }
    },
  };
}
