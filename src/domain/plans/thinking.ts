import type { Login } from '../agent-programs/agent-program.ts';
import type { Model, Tier } from '../providers/provider.ts';
import type { Runner } from '../specialists/work-result.ts';

/** Who thinks in a step, and what that is likely to cost. */
export interface Thinks {
  readonly runner: Exclude<Runner, 'program'>;
  /** Who would be asked now; null: it asks its own, or nobody can be asked at the moment. */
  readonly provider: string | null;
  readonly model: string | null;
  readonly tier: Tier | null;
  /** Null: nobody knows. */
  readonly likelyMicroUsd: number | null;
  /** A program of its own, as it was found when the plan was made; `pays`: null where it asks a server that the configuration names, or only it knows. */
  readonly program?: { readonly by: string; readonly pays: Login | null };
}

/**
 * A piece of work as it usually goes, guessed until this installation has its own figures: turns, tokens of input in each (what was said
 * before is read again, most of it from the provider's cache) and of output.
 */
const usual = { turns: 20, inputTokens: 15_000, cachedShare: 0.85, outputTokens: 600 } as const;

/** Returns what a step of an agent is likely to cost, in micro-USD; null where nobody knows the price. */
export function likelyCostOfStep(
  { prices }: Pick<Model, 'prices'>,
  { maxTurns, budgetMicroUsd }: { readonly maxTurns: number; readonly budgetMicroUsd: number | null },
): number | null {
  if (prices === null) return null;
  const { inputTokens, cachedShare, outputTokens } = usual;
  const input = inputTokens * ((1 - cachedShare) * prices.input + cachedShare * prices.cacheRead);
  const turn = (input + outputTokens * prices.output) / 1_000_000;
  const likely = Math.round(turn * Math.min(usual.turns, maxTurns));
  return budgetMicroUsd === null ? likely : Math.min(likely, budgetMicroUsd);
}

/** Returns who thinks, as a clause: `a model does it: large, anthropic/claude-opus-4-5, about $0.40`. */
export function thinksText({ runner, provider, model, tier, likelyMicroUsd, program }: Thinks): string {
  if (runner !== 'model') {
    const whom = [provider, model].filter((one) => one !== null).join('/');
    const pays = program?.pays === undefined || program.pays === null ? '' : `, ${payers[program.pays]}`;
    return `${runner} does it${program === undefined ? '' : `: ${program.by}`}, ${whom === '' ? 'with its own model' : `asking ${whom}`}${pays}`;
  }
  if (provider === null) return 'a model does it; which one is known when it starts';
  return `a model does it: ${tier ?? 'any tier'}, ${provider}/${model ?? ''}, ${costText(likelyMicroUsd)}`;
}

const payers: Readonly<Record<Login, string>> = {
  subscription: 'paid by a subscription',
  key: 'paid by a key',
  none: 'not logged in',
};

function costText(microUsd: number | null): string {
  if (microUsd === null) return 'at a price that nobody knows';
  return microUsd === 0 ? 'free' : `about $${(microUsd / 1_000_000).toFixed(2)}`;
}
