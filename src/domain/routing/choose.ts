import { type Candidate, targetOf } from './candidates.ts';
import { cacheLifeMs, cacheRegret, likelyCost, type Warmth } from './price-of-call.ts';
import type { Rejected } from './rejected.ts';
import { type Needs, rejectionOf, type Standing } from './standing.ts';

export interface RouteQuestion {
  readonly candidates: readonly Candidate[];
  readonly passedOver: readonly Rejected[];
  readonly needs: Needs;
  /** Words that speak for a provider that names them: the strength that the rule asks for. */
  readonly strengths: readonly string[];
  /** Providers that are asked only where no other can be. */
  readonly avoid: readonly string[];
  readonly warmth: Warmth | null;
  /** Turns that the conversation is expected to go on for. */
  readonly turnsLeft: number;
  readonly nowMs: number;
  standingOf(candidate: Candidate): Standing;
}

export type Route =
  | {
      readonly kind: 'chosen';
      readonly choice: Candidate;
      readonly why: string;
      /** What the call is likely to cost, in micro-USD. */
      readonly likelyMicroUsd: number;
      readonly rejected: readonly Rejected[];
    }
  | { readonly kind: 'none'; readonly rejected: readonly Rejected[] };

interface Scored {
  readonly candidate: Candidate;
  readonly isAvoided: boolean;
  readonly isBusy: boolean;
  readonly nStrengths: number;
  readonly likelyMicroUsd: number;
}

/** Output tokens of a turn, for comparing: most turns of a tool loop are a call and a sentence. */
const likelyOutputTokens = 1_000;

/**
 * Returns the model to ask, with why, and every other with why not. A conversation stays where its prefix is warm, unless what
 * another saves over the turns to come is more than the cache is worth. A stay waits for a place; others go round a busy provider.
 */
export function chooseRoute(question: RouteQuestion): Route {
  const rejected: Rejected[] = [...question.passedOver];
  const fit: Scored[] = [];
  for (const candidate of question.candidates) {
    const standing = question.standingOf(candidate);
    const rejection = rejectionOf(candidate, standing, question.needs);
    if (rejection === undefined) fit.push(scored(question, candidate, standing));
    else rejected.push(rejection);
  }
  const [best] = fit.toSorted(order);
  if (best === undefined) return { kind: 'none', rejected };
  const stay = stayOf(question, fit, best);
  const choice = stay?.one ?? best;
  for (const one of fit) if (one !== choice) rejected.push(lost(one, choice, stay !== undefined));
  return {
    ...{ kind: 'chosen', choice: choice.candidate, likelyMicroUsd: choice.likelyMicroUsd, rejected },
    why: stay?.why ?? whyOf(choice, fit.length),
  };
}

function scored(question: RouteQuestion, candidate: Candidate, { isBusy }: Standing): Scored {
  const { avoid, strengths, needs } = question;
  const { provider, model } = candidate;
  const { inputTokens } = needs;
  return {
    candidate,
    isBusy,
    isAvoided: avoid.includes(provider.id),
    nStrengths: provider.strengths.filter((one) => strengths.includes(one)).length,
    likelyMicroUsd: likelyCost(model, {
      ...{ inputTokens, outputTokens: outputOf(question), warmTokens: warmTokensAt(question, candidate) },
    }),
  };
}

const outputOf = ({ needs }: RouteQuestion): number => Math.min(needs.outputTokens, likelyOutputTokens);

const isWarm = ({ warmth, nowMs }: RouteQuestion): boolean => warmth !== null && nowMs - warmth.atMs < cacheLifeMs;

const isAt = ({ warmth }: RouteQuestion, candidate: Candidate): boolean =>
  warmth !== null && targetOf(candidate) === `${warmth.provider}/${warmth.model}`;

const warmTokensAt = (question: RouteQuestion, candidate: Candidate): number =>
  isWarm(question) && isAt(question, candidate) ? (question.warmth?.prefixTokens ?? 0) : 0;

/** What decides, the first that differs: avoided, busy, place in the rule, tier, strengths, price, name. */
function order(one: Scored, other: Scored): number {
  return (
    Number(one.isAvoided) - Number(other.isAvoided) ||
    Number(one.isBusy) - Number(other.isBusy) ||
    one.candidate.rank - other.candidate.rank ||
    one.candidate.tierAway - other.candidate.tierAway ||
    other.nStrengths - one.nStrengths ||
    one.likelyMicroUsd - other.likelyMicroUsd ||
    (targetOf(one.candidate) < targetOf(other.candidate) ? -1 : 1)
  );
}

/** Where the conversation is, if it is to stay there. */
function stayOf(
  question: RouteQuestion,
  fit: readonly Scored[],
  best: Scored,
): { readonly one: Scored; readonly why: string } | undefined {
  if (!isWarm(question)) return undefined;
  const here = fit.find(({ candidate }) => isAt(question, candidate));
  if (here === undefined || (here.isAvoided && !best.isAvoided)) return undefined;
  const regret = cacheRegret(here.candidate.model, warmTokensAt(question, here.candidate));
  const gain = question.turnsLeft * (here.likelyMicroUsd - costOnceWarm(question, best.candidate));
  if (best !== here && gain > regret) return undefined;
  return { one: here, why: `the conversation is there, and ${warmTokensAt(question, here.candidate)} tokens are warm` };
}

/** What a turn costs there when its cache holds as much as here. */
const costOnceWarm = (question: RouteQuestion, { model }: Candidate): number =>
  likelyCost(model, {
    inputTokens: question.needs.inputTokens,
    outputTokens: outputOf(question),
    warmTokens: question.warmth?.prefixTokens ?? 0,
  });

function lost(one: Scored, choice: Scored, isStay: boolean): Rejected {
  const about = { provider: one.candidate.provider.id, model: one.candidate.model.id };
  if (one.isAvoided && !choice.isAvoided)
    return { ...about, reason: 'avoid', why: 'another provider is wanted for this' };
  if (isStay) return { ...about, reason: 'worse', why: 'it would not save what the warm cache is worth' };
  if (one.isBusy && !choice.isBusy) return { ...about, reason: 'busy', why: 'every place at the provider is taken' };
  if (one.candidate.rank !== choice.candidate.rank)
    return {
      ...about,
      reason: 'worse',
      why: `${one.candidate.because}, and ${targetOf(choice.candidate)} comes first`,
    };
  if (one.candidate.tierAway !== choice.candidate.tierAway)
    return {
      ...about,
      reason: 'worse',
      why: `a ${choice.candidate.model.tier} model fits better than a ${one.candidate.model.tier} one`,
    };
  if (one.nStrengths !== choice.nStrengths) return { ...about, reason: 'worse', why: 'its strengths fit less' };
  if (one.likelyMicroUsd !== choice.likelyMicroUsd)
    return { ...about, reason: 'worse', why: `it costs more: about ${one.likelyMicroUsd} µUSD` };
  return { ...about, reason: 'worse', why: `it is as good, and ${targetOf(choice.candidate)} comes first by name` };
}

function whyOf({ candidate, isBusy, isAvoided, nStrengths, likelyMicroUsd }: Scored, nFit: number): string {
  const notes = [
    candidate.because,
    ...(nStrengths > 0 ? ['its strengths fit'] : []),
    ...(nFit > 1 ? [`about ${likelyMicroUsd} µUSD`] : []),
    ...(isBusy ? ['it waits for a place there'] : []),
    ...(isAvoided ? ['another provider was wanted, and none can be asked'] : []),
  ];
  return notes.join('; ');
}
