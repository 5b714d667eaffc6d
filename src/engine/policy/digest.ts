import { canonicalJson } from '../../base/json.ts';
import type { EngineContext } from '../context.ts';

/** What is said about a rule but is none of it: a comment in the file above it asks nobody again. */
const beside: ReadonlySet<string> = new Set(['at', 'why', 'windows', 'freezes']);

/**
 * Names the policy under which an approval was given: another policy, another approval. When something merges is none of it: windows
 * and freezes may change while a change waits.
 */
export function policyDigest({ config, outside }: Pick<EngineContext, 'config' | 'outside'>): string {
  const { rules, ...policy } = config.policy;
  const asked = rules === undefined ? {} : { rules: bare(rules) };
  const who = config.principals === undefined ? {} : { principals: bare(config.principals) };
  return outside.digest.sha256(canonicalJson({ ...policy, ...asked, ...who })).slice(0, 12);
}

function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (value === null || typeof value !== 'object') return value;
  const fields = Object.entries(value).filter(([name]) => !beside.has(name));
  return Object.fromEntries(fields.map(([name, below]) => [name, bare(below)]));
}
