import { Fault, type FaultRecord } from '../../base/fault.ts';

interface Names {
  readonly run: string;
  readonly playbook: string;
}

/** Returns the fault with commands that can be typed as they stand: what a run knows stands where its code has a placeholder. */
export const nameHints = (fault: FaultRecord, { run, playbook }: Names): FaultRecord => ({
  ...fault,
  hints: fault.hints.map((hint) => hint.replaceAll('<run>', () => run).replaceAll('<playbook>', () => playbook)),
});

/** Does the work; a Fault of it is thrown with named hints. */
export function withNamedHints<T>(names: Names, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof Fault ? Fault.fromRecord(nameHints(error.toRecord(), names), error) : error;
  }
}
