import { Fault } from '../../base/fault.ts';
import type { Finding } from '../../domain/doctor/finding.ts';
import { otherHint } from '../../domain/doctor/other-hint.ts';
import type { Looked } from '../../engine/doctor/look.ts';

/** One thing that `doctor` looked at. */
export interface DoctorCheck {
  readonly id: string;
  readonly ok: boolean;
  /** What was seen, as one sentence. */
  readonly fact: string;
  readonly hint: string | null;
}

export const good = (id: string, fact: string, hint: string | null = null): DoctorCheck => ({
  id,
  ok: true,
  fact,
  hint,
});
export const bad = (id: string, fact: string, hint: string | null): DoctorCheck => ({ id, ok: false, fact, hint });

/** Runs a check; a Fault on the way is its finding, anything else is a bug and thrown. */
export async function attempt(id: string, look: () => Promise<DoctorCheck>): Promise<DoctorCheck> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return bad(id, `${error.code}: ${error.message}`, otherHint(error.hints));
  }
}

/** Findings of one area that a check tells; the list of findings has them all. */
const mostTold = 3;

/** The check of an area: good unless something of it has to be put right. */
export function checkOf(id: string, { fact, findings }: Looked): DoctorCheck {
  const told = findings.slice(0, mostTold).map(({ sentence }) => sentence);
  const more = findings.length > mostTold ? `; and ${findings.length - mostTold} more` : '';
  const wrong = findings.find(({ severity }) => severity !== 'note');
  const first = wrong ?? findings[0];
  if (first === undefined) return good(id, fact);
  const { repair } = first;
  const hint = repair.kind === 'safe' ? 'orchestrate doctor --fix' : (repair.command ?? repair.does);
  return { id, ok: wrong === undefined, fact: `${told.join('; ')}${more}`, hint };
}

/** A check that failed, as an entry of the list of findings. */
export const findingOf = ({ id, fact, hint }: DoctorCheck): Omit<Finding, 'area'> & { readonly area: string } => ({
  id: `check:${id}`,
  area: id,
  severity: 'error',
  sentence: fact,
  evidence: [],
  repair: { kind: 'by-hand', does: hint ?? 'nothing that is known', command: null },
});
