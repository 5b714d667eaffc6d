import type { PlanHash } from '../../base/ids.ts';
import { canonicalJson } from '../../base/json.ts';
import type { Plan } from './plan.ts';

/**
 * Returns the hash of a plan: SHA-256 over its canonical JSON. Of the estimates only the caps on bytes and money
 * count, so that a disk that fills up meanwhile does not ask for a second approval.
 */
export function planHash(
  plan: Omit<Plan, 'hash'> & { readonly hash?: PlanHash },
  sha256: (text: string) => string,
): PlanHash {
  const { hash: _, estimates, ...decided } = plan;
  const { downloadBytes, costUsd } = estimates;
  return sha256(canonicalJson({ ...decided, caps: { downloadBytes, costUsd } })) as PlanHash;
}
