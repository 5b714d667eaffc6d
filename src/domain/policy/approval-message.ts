import { canonicalJson } from '../../base/json.ts';
import type { MergeTime } from './rules.ts';

/** What `ssh-keygen -Y` calls the purpose of a signature: one that was made for anything else does not verify. */
export const approvalNamespace = 'orchestrate-approval';

/** A signature that was verified when the answer was given. */
export interface ApprovalSignature {
  /** `SHA256:…` of the key. */
  readonly key: string;
  readonly armored: string;
}

/** What an approval says; a signature is over exactly this. */
export interface ApprovalStatement {
  readonly change: string;
  readonly base: string;
  readonly tree: string;
  readonly policy: string;
  readonly verdict: 'approved';
  readonly when: MergeTime;
  readonly ticket: string | null;
}

/** Returns the bytes that are signed, as text. */
export const approvalMessage = ({ change, base, tree, policy, verdict, when, ticket }: ApprovalStatement): string =>
  canonicalJson({ change, base, tree, policy, verdict, when, ticket });
