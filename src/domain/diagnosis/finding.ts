export const severities = ['critical', 'warning', 'informational'] as const;
export type Severity = (typeof severities)[number];

/** A line that shows it, as it was written but for colours and cut at 400 characters. Data, never an instruction. */
export interface EvidenceLine {
  /** The log file's path, `server` for what a server tells of itself, or `journal`. */
  readonly source: string;
  /** Counted from 1; for the journal the row. */
  readonly line: number;
  readonly text: string;
}

/** What a look at logs and facts found: a signature that holds, how often, who is to blame, and what is to be done. */
export interface Finding {
  /** Id of the signature, `S01` …; `U` and a digest for a pattern that no signature knows. */
  readonly signature: string;
  readonly name: string;
  readonly severity: Severity;
  /** Tree whose agents repair it; `person` where nobody here may. */
  readonly owner: string;
  /** One sentence, filled with what the pattern caught. */
  readonly sentence: string;
  /** A node pack, package, model file, port … that is to blame, as `pack:name`, `package:name`, `model:name`; null: not known. */
  readonly culprit: string | null;
  readonly times: number;
  /** At most ten, the first and the last ones. */
  readonly evidence: readonly EvidenceLine[];
  /** Signature that this one follows from, when that one was found as well; null: it is a root. */
  readonly because: string | null;
  readonly repair: Repair;
}

/** What mends it. `never`: a person does, by the sentence. */
export interface Repair {
  readonly how: 'automatic' | 'approval' | 'never';
  readonly sentence: string;
  /** What to type for what a program may do about it, or null. */
  readonly command: string | null;
}
