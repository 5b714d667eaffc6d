import { Fault, type FaultRecord } from '../../base/fault.ts';

/** Faults of one reading that are told; nobody reads more of them, and the rest is counted. */
const MAX_TOLD = 200;

/** Throws what was found: a single fault as it is; of more the first one, with all of them as records in `data.problems`. */
export function throwTogether(faults: readonly Fault[]): void {
  const [first] = faults;
  if (first === undefined) return;
  if (faults.length === 1) throw first;
  const problems = faults.slice(0, MAX_TOLD).map((fault) => fault.toRecord());
  throw Fault.fromRecord({ ...first.toRecord(), data: { ...first.data, problems, nProblems: faults.length } }, first);
}

/** Returns the faults that a fault of `throwTogether` stands for; any other one stands for itself. */
export function singleFaults(fault: Fault): readonly Fault[] {
  const problems = problemsOf(fault);
  return problems.length === 0 ? [fault] : problems.map((problem) => Fault.fromRecord(problem));
}

/** Returns the single faults that a record holds; none where it stands for itself. */
export function problemsOf({ data }: { readonly data?: FaultRecord['data'] | undefined }): readonly FaultRecord[] {
  const problems = data?.['problems'];
  return Array.isArray(problems) ? (problems as readonly FaultRecord[]) : [];
}

/** Returns what the work gives; its faults go to the others, and it gives undefined. What is no Fault is thrown on. */
export function attempt<T>(faults: Fault[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    faults.push(...singleFaults(error));
    return undefined;
  }
}
