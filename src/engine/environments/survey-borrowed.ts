import { Fault } from '../../base/fault.ts';
import { touchedPackages } from '../../domain/environments/borrowed.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import type { Survey } from '../../ports/index.ts';
import { type EngineContext, markOf } from '../context.ts';

/** A borrowed environment as it lies there, beside what was recorded of it. */
export interface BorrowedNow {
  readonly recorded: JournalKinds['environment.borrowed'];
  readonly survey: Survey;
  /** `touched`: only times of files moved, and their bytes are those that their packages were installed with. */
  readonly is: 'as recorded' | 'touched' | 'moved';
}

/**
 * Surveys the environment that was recorded under this id. Undefined: its interpreter is gone. Where times of files
 * moved and nothing else seems to have, those packages are read and compared with their `RECORD`. Nothing is written.
 */
export async function surveyBorrowed(
  context: EngineContext,
  options: { readonly recorded: BorrowedNow['recorded']; readonly python: string; readonly occasion: string },
): Promise<BorrowedNow | undefined> {
  const { recorded, python, occasion } = options;
  const asked = { python, mark: markOf(context, occasion) };
  try {
    const survey = await context.outside.python.survey(asked);
    if (survey.fingerprint === recorded.fingerprint) return { recorded, survey, is: 'as recorded' };
    const touched = touchedPackages(recorded, survey);
    if (touched.length === 0) return { recorded, survey, is: 'moved' };
    const read = await context.outside.python.survey({ ...asked, read: touched });
    const isSame =
      read.fingerprint === survey.fingerprint &&
      touched.every((name) => read.packages.find((one) => one.name === name)?.isAsInstalled === true);
    return { recorded, survey: read, is: isSame ? 'touched' : 'moved' };
  } catch (error) {
    if (error instanceof Fault && error.code === 'PYTHON_MISSING') return undefined;
    throw error;
  }
}

/** Records the new times of files whose bytes are the old ones, so that they are not read at every look. A repeat writes nothing. */
export async function settleTouched(
  { ledger }: Pick<EngineContext, 'ledger'>,
  { recorded, survey }: BorrowedNow,
): Promise<void> {
  const { environment } = recorded;
  const known = dataOf('environment.borrowed', ledger.latest(`borrowed:${environment}`));
  if (known?.fingerprint === survey.fingerprint) return;
  const marks = new Map(survey.packages.map(({ name, mark }) => [name, mark]));
  const packages = recorded.packages.map((one) => ({ ...one, mark: marks.get(one.name) ?? one.mark }));
  const { fingerprint } = survey;
  await ledger.append([
    row('environment.borrowed', { ...recorded, fingerprint, packages }, { keys: [`borrowed:${environment}`] }),
  ]);
}
