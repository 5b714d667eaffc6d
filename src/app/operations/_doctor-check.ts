import { Fault } from '../../base/fault.ts';

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
    // The hint of a fault is often `orchestrate doctor`: that is where the person already is.
    return bad(
      id,
      `${error.code}: ${error.message}`,
      error.hints.find((hint) => hint !== 'orchestrate doctor') ?? null,
    );
  }
}
