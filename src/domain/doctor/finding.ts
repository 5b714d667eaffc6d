import { canonicalJson } from '../../base/json.ts';

/** What was looked at. One look answers for one area. */
export const doctorAreas = [
  'journal',
  'store',
  'restore points',
  'locks',
  'requests',
  'processes',
  'instances',
  'production',
  'slots',
  'leases',
  'environments',
  'wheels',
  'trash',
  'drafts',
  'memory',
  'bus',
] as const;
export type DoctorArea = (typeof doctorAreas)[number];

/** What `doctor --fix` does; each is carried out by `engine/doctor/repairs.ts` and loses nothing. */
export type RepairAct =
  | 'clear-locks'
  | 'mend-tag'
  | 'take-requests'
  | 'stop-process'
  | 'note-gone'
  | 'trash-instance'
  | 'trash-slot'
  | 'free-lease'
  | 'trash-environment'
  | 'trash-wheel'
  | 'note-trash'
  | 'rebuild-index'
  | 'take-up-memory';

export type Repair =
  /** `subject` names what it is done to; `does` is one clause without a full stop. */
  | { readonly kind: 'safe'; readonly act: RepairAct; readonly subject: string; readonly does: string }
  /** Somebody has to decide, or it could lose something. `command`: what to type, or null. */
  | { readonly kind: 'by-hand'; readonly does: string; readonly command: string | null };

/**
 * Two of our records, or a record and the world, that do not say the same.
 * `error`: something does not work, or cannot be told any more; `warning`: to be put right; `note`: to be known, may be meant.
 */
export interface Finding {
  /** The same as long as the disagreement is the same: `slot-half:env-setup@2`. */
  readonly id: string;
  readonly area: DoctorArea;
  readonly severity: 'error' | 'warning' | 'note';
  /** One sentence without a full stop. */
  readonly sentence: string;
  /** What says so: paths, journal rows, ids. Nothing in it moves by itself. */
  readonly evidence: readonly string[];
  readonly repair: Repair;
}

/** A safe repair as it was shown: done only while the finding is still this very one. */
export interface ShownRepair {
  readonly id: string;
  readonly area: DoctorArea;
  readonly act: RepairAct;
  readonly subject: string;
  readonly does: string;
  readonly evidence: readonly string[];
}

/** Returns the safe repairs of the findings, in their order, and the hash that names them. */
export function planRepairs(
  findings: readonly Finding[],
  sha256: (text: string) => string,
): { readonly repairs: readonly ShownRepair[]; readonly hash: string } {
  const repairs = findings.flatMap(({ id, area, evidence, repair }): ShownRepair[] =>
    repair.kind === 'safe' ? [{ id, area, act: repair.act, subject: repair.subject, does: repair.does, evidence }] : [],
  );
  return { repairs, hash: repairsHash(repairs, sha256) };
}

/** Names what was shown: another finding, or other evidence of it, and the hash is another one. */
export const repairsHash = (repairs: readonly ShownRepair[], sha256: (text: string) => string): string =>
  sha256(canonicalJson(repairs.map((one) => ({ ...one, evidence: [...one.evidence] }))));

/** Whether two looks saw the same thing: then what was shown of the one holds for the other. */
export const isSameFinding = (shown: Pick<ShownRepair, 'id' | 'evidence'>, now: Finding): boolean =>
  shown.id === now.id && canonicalJson([...shown.evidence]) === canonicalJson([...now.evidence]);
