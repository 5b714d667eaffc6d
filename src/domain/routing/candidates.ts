import type { ModelChoice, RoutingRule } from '../definitions/compute-config.ts';
import { dataClasses, type Model, type Provider, type Tier, tiers } from '../providers/provider.ts';
import type { Rejected } from './rejected.ts';

/** A model that may be asked, before anything is known about now. */
export interface Candidate {
  readonly provider: Provider;
  readonly model: Model;
  /** Place in the rule: 0 is preferred, then the fallbacks in their order, then whoever else fits. */
  readonly rank: number;
  /** How far its tier is from the one that such a task is best done by; 0 where it was named itself. */
  readonly tierAway: number;
  /** Why it is one: `preferred for plan`. */
  readonly because: string;
}

export interface CandidateQuestion {
  readonly providers: readonly Provider[];
  readonly rules: readonly RoutingRule[];
  readonly taskType: string;
  /** A model by name; the rules' order is not asked then, what may be told still is. */
  readonly wanted: string | null;
}

/** The name of a candidate in records and rules: `zai/glm-4.6`. */
export const targetOf = ({
  provider,
  model,
}: {
  readonly provider: { readonly id: string };
  readonly model: { readonly id: string };
}): string => `${provider.id}/${model.id}`;

/** Returns the rule of the task type, else that of `any`; undefined: whoever fits best is asked. */
export const ruleOf = ({ rules, taskType }: CandidateQuestion): RoutingRule | undefined =>
  rules.find((one) => one.taskType === taskType) ?? rules.find((one) => one.taskType === 'any');

/** Returns the models that a rule or a name asks for, in its order, and every other one with the reason why it is none. */
export function candidatesOf(question: CandidateQuestion): {
  readonly candidates: readonly Candidate[];
  readonly passedOver: readonly Rejected[];
} {
  const places = placesOf(question);
  const candidates: Candidate[] = [];
  const passedOver: Rejected[] = [];
  for (const provider of question.providers)
    for (const model of provider.models) {
      const about = { provider: provider.id, model: model.id };
      const place = places.find((one) => one.holds(provider, model));
      const unfit = unfitness(question, provider, model);
      if (place === undefined)
        passedOver.push({ ...about, reason: 'not-named', why: `${question.wanted} was asked for` });
      else if (unfit !== undefined) passedOver.push({ ...about, ...unfit });
      else {
        const tierAway = place.isNamed ? 0 : Math.abs(tiers.indexOf(model.tier) - tiers.indexOf(bestTier(question)));
        candidates.push({ provider, model, rank: place.rank, tierAway, because: place.because });
      }
    }
  return { candidates: candidates.toSorted((one, other) => one.rank - other.rank), passedOver };
}

/** What a rule shuts out whatever its order: too small a model, or a provider that may not be told this. */
function unfitness(
  question: CandidateQuestion,
  provider: Provider,
  { tier }: Model,
): Pick<Rejected, 'reason' | 'why'> | undefined {
  const rule = ruleOf(question);
  const [most, needed] = [provider.dataClass ?? 'internal', rule?.dataClass ?? 'internal'];
  if (dataClasses.indexOf(most) < dataClasses.indexOf(needed))
    return { reason: 'data', why: `${question.taskType} tells what is ${needed}, and it may be given ${most} at most` };
  if (question.wanted !== null || rule === undefined || rule.tier === null) return undefined;
  if (tiers.indexOf(tier) >= tiers.indexOf(rule.tier)) return undefined;
  return { reason: 'tier', why: `it is ${tier}, and the rule for ${rule.taskType} asks for ${rule.tier} at least` };
}

/** Plans and reviews are few and decide much. */
const bestTier = (question: CandidateQuestion): Tier =>
  ruleOf(question)?.tier ?? (['plan', 'review'].includes(question.taskType) ? 'large' : 'medium');

interface Place {
  readonly rank: number;
  readonly because: string;
  /** The model itself was named, not only its provider. */
  readonly isNamed: boolean;
  holds(provider: Provider, model: Model): boolean;
}

function placesOf(question: CandidateQuestion): readonly Place[] {
  const { wanted } = question;
  if (wanted !== null) {
    const holds = (provider: Provider, model: Model): boolean => isWanted(question, provider, model, wanted);
    return [{ rank: 0, because: 'asked for by name', isNamed: true, holds }];
  }
  const rule = ruleOf(question);
  const fallback = rule?.fallback ?? [];
  return [
    ...(rule?.preferred ? [placeOf(rule.preferred, 0, `preferred for ${rule.taskType}`)] : []),
    ...fallback.map((choice, index) => placeOf(choice, index + 1, `fallback for ${rule?.taskType}`)),
    {
      rank: rule?.preferred || fallback.length > 0 ? fallback.length + 1 : 0,
      because: rule === undefined ? `no rule for ${question.taskType}` : `no other model is named for ${rule.taskType}`,
      isNamed: false,
      holds: () => true,
    },
  ];
}

const placeOf = (choice: ModelChoice, rank: number, because: string): Place => ({
  ...{ rank, because, isNamed: choice.model !== null },
  holds: (provider, model) => provider.id === choice.provider && (choice.model === null || choice.model === model.id),
});

/**
 * The very name wins; else a name without its date (`claude-sonnet-4-5`), or a word of it, as agent files of Claude Code have it
 * (`sonnet`).
 */
function isWanted({ providers }: CandidateQuestion, provider: Provider, model: Model, wanted: string): boolean {
  const isExact = (from: Provider, one: Model): boolean =>
    [one.id, targetOf({ provider: from, model: one })].includes(wanted);
  if (providers.some((from) => from.models.some((one) => isExact(from, one)))) return isExact(provider, model);
  if (wanted === provider.id) return true;
  const name = wanted.startsWith(`${provider.id}/`) ? wanted.slice(provider.id.length + 1) : wanted;
  return model.id.startsWith(`${name}-`) || model.id.split(/[-/:]/).includes(name);
}
