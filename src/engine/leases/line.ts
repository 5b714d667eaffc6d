import { inLine, type Waiting } from '../../domain/queue/rank.ts';
import { priorityOf } from '../queue/place.ts';
import type { Rows } from '../scale/slots-of.ts';

/** Runs that wait for the same thing. A step of a run that asks beside another of it stands where its run stands. */
export interface Line {
  enter(run: string): void;
  /** Leaves once for each `enter`. */
  leave(run: string): void;
  /** Nobody who waits is before the run now. */
  isFirst(run: string): boolean;
  /** Who waits, first to last. */
  order(): readonly Waiting[];
}

/** Makes a line in which age and priority decide, as they are when somebody looks. */
export function createLine(standing: (run: string) => Waiting): Line {
  const waiting: string[] = [];
  const order = (): readonly Waiting[] => inLine([...new Set(waiting)].map(standing));
  return {
    enter: (run) => void waiting.push(run),
    leave(run) {
      const index = waiting.indexOf(run);
      if (index >= 0) waiting.splice(index, 1);
    },
    isFirst: (run) => order()[0]?.id === run,
    order,
  };
}

/** Whoever waits and is no run, such as a proof that is made ahead of its turn, comes after all that are. */
const LAST_MS = Number.MAX_SAFE_INTEGER / 2;

/** Returns where a run stands in every line: since when it is wanted, and how soon. */
export function standingOf(ledger: Rows, run: string): Waiting {
  const entry = ledger.latest(`run:${run}`);
  return {
    id: run,
    priority: priorityOf(ledger, run),
    sinceMs: entry?.atMs ?? LAST_MS,
  };
}
