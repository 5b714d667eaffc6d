import { Fault } from '../../base/fault.ts';
import type { InstallationPaths } from '../../domain/installation/paths.ts';
import type { WorkflowProgress } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';

/** How far a workflow of a run is at this moment. */
export interface LiveWorkflow {
  readonly atMs: number;
  readonly workflow: string;
  /** Which of how many, from 1. */
  readonly nth: number;
  readonly nAll: number;
  readonly progress: WorkflowProgress;
}

/** Who watches sees a line a second. */
const writeEveryMs = 1_000;

/** Where it is told while it goes on. */
export const liveFile = (paths: Pick<InstallationPaths, 'state'>, run: string): string =>
  `${paths.state}/live/${run}.json`;

/**
 * Tells how far a workflow is, for who watches the run: in a file that is replaced once a second at most and removed at the end. It is no
 * record: no row is written of it, nothing reads it to decide, and where it cannot be written the work goes on.
 */
export function createLive(engine: Pick<Engine, 'paths' | 'outside'>, run: string) {
  const { files, clock } = engine.outside;
  const path = liveFile(engine.paths, run);
  let writtenMs = Number.NEGATIVE_INFINITY;
  let last: Promise<void> = Promise.resolve();
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
    }
  };
  return {
    tell(told: Omit<LiveWorkflow, 'atMs'>): void {
      const nowMs = clock.monotonicMs();
      if (nowMs - writtenMs < writeEveryMs) return;
      writtenMs = nowMs;
      const text = JSON.stringify({ atMs: clock.nowMs(), ...told } satisfies LiveWorkflow);
      last = last.then(() =>
        attempt(async () => {
          await files.ensureDir(path.slice(0, path.lastIndexOf('/')), { mode: 0o700 });
          await files.writeAtomic(path, text, { mode: 0o600 });
        }),
      );
    },
    async end(): Promise<void> {
      await last;
      if (writtenMs !== Number.NEGATIVE_INFINITY) await attempt(() => files.remove(path));
    },
  };
}
