import { faultRecord } from '../../base/fault.ts';
import type { Level } from '../../domain/health/judge.ts';
import type { Steady } from '../../domain/health/steady.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { MetricPoint } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';
import { measure } from './sample.ts';
import { tellHealth } from './tell.ts';

export interface HealthKeeper {
  /** Measures and judges what is due. Cheap when nothing is. */
  look(): Promise<void>;
}

/** What moves slowly or costs more is measured this often. */
const slowEveryMs = 3_600_000;
const dayMs = 86_400_000;
/** Answers that say what is usual. */
const nUsual = 60;

/** Measures the installation at intervals of `monitoring.interval`, by the clock that never jumps. The first look measures. */
export function createHealthKeeper(engine: Engine): HealthKeeper {
  const { clock, log } = engine.outside;
  const steadies = new Map<string, Steady<Level>>();
  let measuredMs = Number.NEGATIVE_INFINITY;
  let slowMs = Number.NEGATIVE_INFINITY;
  const sizes = createSizes(engine);
  /** Measured values may be lost without harm: nothing ends for them. */
  const orWithout = async <T>(otherwise: T, what: string, step: () => Promise<T>): Promise<T> => {
    try {
      return await step();
    } catch (error) {
      log.warn(`measured values ${what}`, { reason: error instanceof Error ? error.message : String(error) });
      return otherwise;
    }
  };
  return {
    async look() {
      const nowMs = clock.monotonicMs();
      if (nowMs - measuredMs < engine.config.monitoring.intervalMs) return;
      measuredMs = nowMs;
      const sample = await measure(engine);
      const usualMs = await orWithout([], 'cannot be read', async () => usualLatencies(engine, sample.service.port));
      await tellHealth(engine, steadies, sample, usualMs);
      const isSlowDue = nowMs - slowMs >= slowEveryMs;
      if (isSlowDue) {
        slowMs = nowMs;
        sizes.begin();
      }
      // On a disk without room nothing is kept, and what it means was told above.
      await orWithout(undefined, 'were not kept', async () => {
        await engine.metrics.append([...sample.points, ...sizes.take(), ...(isSlowDue ? [startsOf(engine)] : [])]);
        if (isSlowDue) await engine.metrics.tidy(clock.nowMs());
      });
    },
  };
}

function usualLatencies({ metrics, outside }: Engine, port: number | null): readonly number[] {
  if (port === null) return [];
  const sinceMs = outside.clock.nowMs() - dayMs;
  return metrics.read(`service.latency.${port}`, { sinceMs, limit: nUsual }).map(({ value }) => value);
}

function startsOf({ ledger, outside }: Engine): MetricPoint {
  const atMs = outside.clock.nowMs();
  const starts = ledger
    .read({ kinds: ['production.set'], descending: true, limit: 200 })
    .filter((entry) => entry.atMs > atMs - dayMs && dataOf('production.set', entry)?.instance !== null);
  return { series: 'service.starts', atMs, value: starts.length };
}

/** Sizes of folders that hold many files: counted beside the round, which does not wait for them, and taken by a later look. */
function createSizes({ outside, paths }: Engine): { begin(): void; take(): readonly MetricPoint[] } {
  const { files, clock, log } = outside;
  let isCounting = false;
  let counted: readonly MetricPoint[] = [];
  const count = async (): Promise<void> => {
    const [logs, trash] = [await files.sizeBytes(paths.logs), await files.sizeBytes(paths.trash)];
    const atMs = clock.nowMs();
    counted = [
      { series: 'size.logs', atMs, value: logs },
      { series: 'size.trash', atMs, value: trash },
    ];
  };
  return {
    begin() {
      if (isCounting) return;
      isCounting = true;
      void count()
        .catch((error: unknown) => log.warn('folders could not be measured', { ...faultRecord(error) }))
        .finally(() => void (isCounting = false));
    },
    take() {
      const taken = counted;
      counted = [];
      return taken;
    },
  };
}
