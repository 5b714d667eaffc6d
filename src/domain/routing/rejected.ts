/** Why a model is not asked. `closed`: left alone for a while; `tried`: it failed in this very call; `worse`: another is better. */
export const rejectReasons = [
  'not-named',
  'data',
  'tier',
  'key',
  'price',
  'context',
  'tried',
  'closed',
  'budget',
  'avoid',
  'busy',
  'worse',
] as const;
export type RejectReason = (typeof rejectReasons)[number];

/** A model that is not asked, with the reason in words. */
export interface Rejected {
  readonly provider: string;
  readonly model: string;
  readonly reason: RejectReason;
  readonly why: string;
  /** For `closed`: when it may be asked again, in milliseconds since 1970. */
  readonly untilMs?: number;
}
