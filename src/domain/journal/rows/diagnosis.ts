import type { EvidenceLine, Severity } from '../../diagnosis/finding.ts';
import type { Impact } from '../../diagnosis/impact.ts';

/** What logs and facts were found to say. */
export interface DiagnosisRows {
  /**
   * [`signature:<signature>:<culprit>`: the key of its alert, `log:<instance>`] A failure showed in the log of a running instance. Once an hour for each instance,
   * signature and culprit, however often it comes.
   */
  'diagnosis.found': {
    readonly instance: string;
    readonly signature: string;
    readonly name: string;
    readonly severity: Severity;
    readonly culprit: string | null;
    readonly sentence: string;
    /** Signature that it follows from. */
    readonly because: string | null;
    readonly times: number;
    readonly evidence: readonly EvidenceLine[];
    /** Who is hit, by the workflows that were declared then; absent in old rows. */
    readonly hits?: Impact;
    /** It was found before within 24 hours: the row. */
    readonly recurs: number | null;
    /** Where the log was read up to: reading goes on there. */
    readonly endByte: number;
    readonly endLine: number;
  };
  /**
   * [`log:<instance>`] The log of a running instance was read up to here, and what it says is on record: written where that goes on
   * after this process, or where an alert of a log ended, so that what was counted for it is not told as new.
   */
  'diagnosis.read': { readonly instance: string; readonly endByte: number; readonly endLine: number };
}
