import type { Candidate } from './candidates.ts';
import type { Rejected } from './rejected.ts';

/** What is known of a candidate now. */
export interface Standing {
  readonly hasKey: boolean;
  /** It is not asked until then: it failed too often, or its quota is used up. */
  readonly closed: { readonly why: string; readonly untilMs: number } | null;
  /** Every place at the provider is taken. */
  readonly isBusy: boolean;
  /** The budget that a call of it would pass, in words; null: none. */
  readonly overBudget: string | null;
  /** What it did to this very call before; null: it was not tried. */
  readonly tried: string | null;
}

/** What the call needs. */
export interface Needs {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** A price that nobody knows is taken as it is. */
  readonly takesUnknownPrice: boolean;
}

/** Returns why the candidate cannot be asked now, the reason that lasts longest first; undefined: it can. */
export function rejectionOf(candidate: Candidate, standing: Standing, needs: Needs): Rejected | undefined {
  const { provider, model } = candidate;
  const about = { provider: provider.id, model: model.id };
  const neededTokens = needs.inputTokens + Math.min(needs.outputTokens, model.maxOutputTokens);
  if (!standing.hasKey) return { ...about, reason: 'key', why: `its key is not there: ${keyPlace(candidate)}` };
  if (model.prices === null && !needs.takesUnknownPrice)
    return { ...about, reason: 'price', why: 'nobody said what it costs' };
  if (neededTokens > model.contextTokens)
    return {
      ...about,
      reason: 'context',
      why: `about ${neededTokens} tokens are needed, and it takes ${model.contextTokens}`,
    };
  if (standing.tried !== null) return { ...about, reason: 'tried', why: standing.tried };
  if (standing.closed !== null)
    return { ...about, reason: 'closed', why: standing.closed.why, untilMs: standing.closed.untilMs };
  if (standing.overBudget !== null) return { ...about, reason: 'budget', why: standing.overBudget };
  return undefined;
}

const keyPlace = ({ provider: { key } }: Candidate): string =>
  key === null ? 'none is named' : key.kind === 'environment' ? `environment variable ${key.name}` : key.path;
