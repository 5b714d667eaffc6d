import type { ComputeConfig } from '../definitions/compute-config.ts';
import type { Model } from '../providers/provider.ts';
import { costOf, inputTokens } from '../spending/cost.ts';
import type { TokenUsage } from '../spending/token-usage.ts';
import { candidatesOf, ruleOf, targetOf } from './candidates.ts';
import { chooseRoute } from './choose.ts';
import { cacheLifeMs, type Warmth } from './price-of-call.ts';
import type { Standing } from './standing.ts';

/** A call as it was. */
export interface PastCall {
  readonly call: string;
  readonly atMs: number;
  readonly conversation: string;
  readonly taskType: string;
  /** The model that was asked for by name; null: none. */
  readonly wanted: string | null;
  readonly provider: string;
  readonly model: string;
  readonly usage: TokenUsage;
  /** Null: nobody knew the price. */
  readonly microUsd: number | null;
}

/** Where a call would have gone. `target` null: nobody could have been asked. */
export interface Replayed {
  readonly call: string;
  readonly was: string;
  readonly target: string | null;
  readonly wasMicroUsd: number | null;
  readonly microUsd: number | null;
}

const able: Standing = { hasKey: true, closed: null, isBusy: false, overBudget: null, tried: null };

/**
 * Returns where the calls would have gone by another configuration, and for how much, in their order. Keys, budgets and overloads of then are not
 * known: whoever is configured counts as able. A call that goes where it went costs its own tokens at the new prices; elsewhere its input is read
 * from the cache as far as that conversation was there within five minutes, and the rest is paid whole.
 */
export function replay(calls: readonly PastCall[], compute: ComputeConfig): readonly Replayed[] {
  const warmth = new Map<string, Warmth>();
  return calls.map((call) => {
    const nInput = inputTokens(call.usage);
    const question = { ...call, providers: compute.providers, rules: compute.rules };
    const strength = ruleOf(question)?.strength ?? null;
    const before = warmth.get(call.conversation) ?? null;
    const route = chooseRoute({
      ...candidatesOf(question),
      needs: {
        inputTokens: nInput,
        outputTokens: call.usage.output,
        takesUnknownPrice: compute.unknownPrices === 'take',
      },
      ...{ strengths: strength === null ? [] : [strength], avoid: [], warmth: before, turnsLeft: 8, nowMs: call.atMs },
      standingOf: () => able,
    });
    const was = `${call.provider}/${call.model}`;
    const about = { call: call.call, was, wasMicroUsd: call.microUsd };
    if (route.kind === 'none') return { ...about, target: null, microUsd: null };
    const target = targetOf(route.choice);
    const isThere = before !== null && target === `${before.provider}/${before.model}`;
    const warm = isThere && call.atMs - before.atMs < cacheLifeMs ? before.prefixTokens : 0;
    warmth.set(call.conversation, {
      ...{ provider: route.choice.provider.id, model: route.choice.model.id },
      ...{ prefixTokens: nInput + call.usage.output, atMs: call.atMs },
    });
    return {
      ...about,
      target,
      microUsd: priceOf(route.choice.model, target === was ? call.usage : moved(call.usage, warm)),
    };
  });
}

const priceOf = ({ prices }: Model, usage: TokenUsage): number | null =>
  prices === null ? null : costOf(usage, prices);

function moved(usage: TokenUsage, warmTokens: number): TokenUsage {
  const nInput = inputTokens(usage);
  const cacheRead = Math.min(warmTokens, nInput);
  return { ...usage, inputUncached: nInput - cacheRead, cacheRead, cacheWrite5m: 0, cacheWrite1h: 0 };
}
