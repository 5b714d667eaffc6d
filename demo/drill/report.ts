import type { Answered } from './answer.ts';
import type { Emergency } from './emergencies.ts';
import type { Alert } from './journal.ts';

/** A span of time between two things on record. `ms` null: no row shows its end, so it is not proven. */
export interface Span {
  readonly ms: number | null;
  /** Journal rows of the drill's installation. */
  readonly rows: readonly number[];
  readonly sentence: string;
}

/** The control of a drill: nothing is made wrong, or nobody answers. */
export type Without = 'fault' | 'answer';

/** What came of the drill of one emergency. */
export interface DrillReport {
  readonly fault: string;
  /** Null: it is no control. */
  readonly without: Without | null;
  /** It was detected, answered by its own playbook, which named what is wrong, works again, and nothing of it is left. Of a control: nothing was detected; or it is not over. */
  readonly ok: boolean;
  /** What was made wrong. */
  readonly made: string;
  /** From the fault, by this machine's clock, to the product's own row. */
  readonly detect: Span;
  /** From that row to the first row of the run that answers it. */
  readonly decide: Span;
  /** From there to the row that shows that it is over. */
  readonly recover: Span;
  /** The playbook that was chosen; null: none. */
  readonly chosen: string | null;
  /** What the run did, by its rows. */
  readonly steps: readonly { readonly id: string; readonly sentence: string; readonly row: number }[];
  /** What a person would have been asked, and what the drill did in their place. */
  readonly asked: readonly { readonly sentence: string; readonly did: string }[];
  /** What a person did with their own hands without being asked; null: nothing. */
  readonly unasked: string | null;
  /** A prompt like that of a person ends well afterwards, as anybody can see from outside. */
  readonly worksAgain: boolean;
  /** What went wrong on the way, or null. */
  readonly problem: string | null;
  /** With making the installation and removing it. */
  readonly tookMs: number;
  /** Processes of it that had to be stopped by the drill, and those that could not be. */
  readonly stopped: number;
  readonly left: number;
}

/** Lines of the report file: what goes on, and what came of it. */
export type DrillLine =
  | { readonly kind: 'told'; readonly fault: string; readonly sentence: string }
  | { readonly kind: 'drilled'; readonly report: DrillReport };

/** What is known so far. */
export interface Course {
  /** When it was made wrong, in milliseconds since 1970. */
  madeMs: number | null;
  alert: Alert | null;
  answered: Answered | null;
  unasked: string | null;
  /** The alert once it is over. */
  over: Alert | null;
  worksAgain: boolean;
  problem: string | null;
}

export const newCourse = (): Course => ({
  ...{ madeMs: null, alert: null, answered: null, unasked: null, over: null, worksAgain: false, problem: null },
});

/** Returns what came of it; only what a row shows has a time. */
export function reportOf(
  emergency: Emergency,
  course: Course,
  { without, ...ended }: Pick<DrillReport, 'without' | 'tookMs' | 'stopped' | 'left'>,
): DrillReport {
  const { id, made } = emergency;
  const { alert, answered, unasked, worksAgain } = course;
  const run = answered?.run ?? null;
  const problem = course.problem ?? answered?.problem ?? unnamed(emergency, run);
  return {
    ...{ fault: id, without, made, unasked, worksAgain, problem, ...ended },
    ok: problem === null && ended.left === 0 && isGood(id, course, without),
    detect: detectOf(course),
    decide:
      alert === null || run === null
        ? notProven
        : { ms: run.startedAtMs - alert.raisedAtMs, rows: [alert.row, run.row], sentence: `${run.run} answers it` },
    recover: recoverOf(course),
    chosen: answered?.chosen ?? null,
    steps: (run?.steps ?? []).flatMap(({ id: step, sentence, row }) =>
      sentence === null || row === null ? [] : [{ id: step, sentence, row }],
    ),
    asked: answered?.asked ?? [],
  };
}

const notProven: Span = { ms: null, rows: [], sentence: 'not proven' };

function isGood(id: string, { alert, answered, over, worksAgain }: Course, without: Without | null): boolean {
  if (without === 'fault') return alert === null;
  if (without === 'answer') return alert !== null && over === null && !worksAgain;
  return alert !== null && answered?.chosen === id && worksAgain;
}

/** Who runs the right playbook and finds nothing has answered nothing. */
function unnamed({ named }: Emergency, run: Answered['run']): string | null {
  const advised = run?.steps.find(({ id }) => id === 'advise')?.sentence;
  if (named === undefined || run === null || advised?.includes(named) === true) return null;
  return `its answer does not name ${named}: ${advised ?? 'it advises nothing'}`;
}

function detectOf({ alert, madeMs }: Course): Span {
  if (alert === null || madeMs === null) return notProven;
  return { ms: alert.raisedAtMs - madeMs, rows: [alert.row], sentence: `${alert.key}: ${alert.sentence}` };
}

/**
 * By the end of its alert. Where nothing shows a program that such a failure is over, by the end of the run, which is less: only where it
 * works again, and no hands but the run's mended it.
 */
function recoverOf({ answered, over, worksAgain, unasked, alert }: Course): Span {
  const run = answered?.run ?? null;
  if (run === null) return notProven;
  if (over !== null && over.ended !== null) {
    const { atMs, row, evidence } = over.ended;
    return { ms: atMs - run.startedAtMs, rows: [row], sentence: `${over.key} is over: ${evidence.join('; ')}` };
  }
  const still = `${alert?.key ?? 'its alert'} is open still: nothing shows a program yet that it is over`;
  const last = run.steps.findLast(({ row }) => row !== null)?.row ?? null;
  if (!worksAgain || unasked !== null || run.endedAtMs === null || last === null)
    return { ...notProven, sentence: `not proven: ${still}` };
  return { ms: run.endedAtMs - run.startedAtMs, rows: [last], sentence: `${run.run} has ended; ${still}` };
}
