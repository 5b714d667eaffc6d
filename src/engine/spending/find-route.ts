import type { ComputeConfig } from '../../domain/definitions/compute-config.ts';
import { closedBy } from '../../domain/routing/breaker.ts';
import { type Candidate, candidatesOf, ruleOf, targetOf } from '../../domain/routing/candidates.ts';
import { chooseRoute, type Route } from '../../domain/routing/choose.ts';
import type { Amount } from '../../domain/spending/amount.ts';
import { dayOf, findReached, type Spender } from '../../domain/spending/budgets.ts';
import { type Estimate, estimateOf, reservedFor } from '../../domain/spending/estimate.ts';
import type { Asked } from './ask-model.ts';
import { levelsNow, levelText } from './limits.ts';
import { breakerOf } from './note-health.ts';
import type { RouteScene } from './spending.ts';

/** What has to be known for choosing, beside what changes from one moment to the next. */
export interface Question {
  readonly asked: Asked;
  readonly compute: ComputeConfig;
  readonly estimate: Estimate;
  /** Providers whose key is there. */
  readonly keys: ReadonlySet<string>;
  /** What a model did to this very call, by `provider/model`. */
  readonly tried: ReadonlyMap<string, string>;
}

/** Turns that a conversation is expected to go on for: half of what most pieces of work take. */
const turnsLeft = 8;

/** Returns the question for a call; the keys are looked for once. */
export async function questionOf(
  engine: RouteScene,
  asked: Asked,
  compute: ComputeConfig,
): Promise<Omit<Question, 'tried'>> {
  const have = await Promise.all(
    compute.providers.map(async (one) => ((await engine.outside.models.hasKey(one)) ? [one.id] : [])),
  );
  return { asked, compute, estimate: estimateOf(asked), keys: new Set(have.flat()) };
}

/** Returns who is asked now. Synchronous: what it finds free is free until the next wait. */
export function routeNow(engine: RouteScene, question: Question): Route {
  const { asked, compute, estimate, keys, tried } = question;
  const nowMs = engine.outside.clock.nowMs();
  const wanted = { providers: compute.providers, rules: compute.rules, taskType: asked.taskType, wanted: asked.wanted };
  const strength = ruleOf(wanted)?.strength ?? null;
  return chooseRoute({
    ...candidatesOf(wanted),
    ...{ turnsLeft, nowMs, avoid: asked.avoid ?? [], strengths: strength === null ? [] : [strength] },
    needs: { ...estimate, takesUnknownPrice: compute.unknownPrices === 'take' },
    warmth: engine.spending.book.warmthOf(asked.conversation),
    standingOf(candidate) {
      const target = targetOf(candidate);
      const reached = findReached(levelsNow(engine, spenderOf(engine, asked, candidate)), heldFor(candidate, estimate));
      return {
        hasKey: keys.has(candidate.provider.id),
        closed: closedBy(breakerOf(engine, target), nowMs),
        isBusy: engine.spending.places.isBusy(candidate.provider),
        overBudget: reached === undefined ? null : levelText(reached),
        tried: tried.get(target) ?? null,
      };
    },
  });
}

/** Returns what is held back for a call at that model: no model says more than it can. */
export function heldFor({ provider, model }: Candidate, { inputTokens, outputTokens }: Estimate): Amount {
  const held = reservedFor(model, { inputTokens, outputTokens: Math.min(outputTokens, model.maxOutputTokens) });
  return provider.isSubscription === true ? { ...held, microUsd: 0 } : held;
}

export const spenderOf = (engine: RouteScene, { run, task, agent }: Asked, { provider }: Candidate): Spender => ({
  ...{ run, task, agent, provider: provider.id, day: dayOf(engine.outside.clock.nowMs()) },
});
