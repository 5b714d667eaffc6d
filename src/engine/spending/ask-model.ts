import { Fault } from '../../base/fault.ts';
import { targetOf } from '../../domain/routing/candidates.ts';
import type { Rejected } from '../../domain/routing/rejected.ts';
import type { ModelAnswer, ModelCall } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';
import { askThere } from './ask-there.ts';
import { type Question, questionOf, routeNow } from './find-route.ts';
import { noRoute } from './no-route.ts';
import { reserve } from './reserve.ts';

/** What is to be asked, and for whom; which provider and model answer is decided here. */
export interface Asked extends Omit<ModelCall, 'provider' | 'model' | 'silenceMs'> {
  /** Sticky: the same conversation stays with the same model while that is cheaper. `r12.fix`, `plan:r12`, `review:c9:ops-maint`. */
  readonly conversation: string;
  readonly run: string;
  /** Null where no step asks: a plan, a review. */
  readonly task: string | null;
  readonly agent: string;
  /** Names a rule of `compute.rules`: `plan`, `review`, `work`, or what the agent file says. */
  readonly taskType: string;
  /** A model by name (`claude-sonnet-4-5`, `provider/model`) where the agent or the person wants that one. */
  readonly wanted: string | null;
  /** Providers that are not to answer where another can: the author's, for a reviewer. */
  readonly avoid?: readonly string[];
}

export interface Answered extends ModelAnswer {
  readonly provider: string;
  /** Null: nobody knows the price, and the configuration takes it as it is. */
  readonly costMicroUsd: number | null;
  /** `list-price`: a subscription pays. */
  readonly costIs?: 'paid' | 'list-price' | 'unknown';
  /** Number of the call in the journal. */
  readonly call: string;
}

export interface AskOptions {
  readonly signal: AbortSignal;
  /** Hears text as it comes; from the beginning again where an attempt was cut and another one is made. */
  readonly onText?: (text: string) => void;
  readonly onToken?: () => void;
}

/**
 * The one door through which a language model is asked: budget reserved, provider chosen, asked, tried again or elsewhere, settled.
 * Faults: `MODEL_NONE`, `MODEL_KEY_MISSING`, `MODEL_FAILED`, `MODEL_PRICE_UNKNOWN`, `BUDGET_REACHED` (nothing was sent then).
 */
export type AskModel = (engine: Engine, asked: Asked, options: AskOptions) => Promise<Answered>;

/** Longest time from the question to the answer, all attempts and waits together. */
const deadlineMs = 15 * 60_000;

/** See `AskModel`. Every model that is asked is asked within the budgets as they are then. */
export const askModel: AskModel = async (engine, asked, options) => {
  const { compute } = engine.config;
  if (compute === undefined || compute.providers.length === 0)
    throw new Fault('MODEL_NONE', 'orchestrate.yaml configures no language model.', {
      hints: ['orchestrate route explain', 'Add compute.providers to orchestrate.yaml.'],
    });
  const { clock } = engine.outside;
  const untilMs = clock.monotonicMs() + deadlineMs;
  const call = engine.spending.book.nextCall();
  const tried = new Map<string, string>();
  const tries = new Map<string, number>();
  const question: Question = { ...(await questionOf(engine, asked, compute)), tried };
  let nAttempts = 0;
  let last: Fault | undefined;
  for (;;) {
    options.signal.throwIfAborted();
    const route = routeNow(engine, question);
    if (route.kind === 'none') {
      const waitMs = untilOneOpens(route.rejected) - clock.nowMs();
      if (clock.monotonicMs() + waitMs >= untilMs) throw noRoute(engine, question, { ...route, last });
      await clock.sleep(waitMs, options.signal);
      continue;
    }
    const held = await reserve(engine, question, { call, attempt: nAttempts + 1, route });
    const target = targetOf(route.choice);
    const nTries = tries.get(target) ?? 0;
    const outcome = await askThere(engine, question, { held, untilMs, nAttempts, nTries, ...options });
    if (outcome.kind === 'answered') return outcome.answered;
    tries.set(target, outcome.nTries);
    nAttempts = outcome.nAttempts;
    last = outcome.fault;
    if (outcome.isTried) tried.set(target, outcome.why);
    for (const one of outcome.isTooLong ? smallerThan(question, route.choice.model.contextTokens) : [])
      tried.set(one, `it takes no more than ${target}, which found it too long`);
  }
};

/** When the first of those that are left alone for a while may be asked again; no such one: never. */
const untilOneOpens = (rejected: readonly Rejected[]): number =>
  Math.min(Number.POSITIVE_INFINITY, ...rejected.flatMap(({ untilMs }) => untilMs ?? []));

const smallerThan = ({ compute }: Question, contextTokens: number): readonly string[] =>
  compute.providers.flatMap((provider) =>
    provider.models
      .filter((model) => model.contextTokens <= contextTokens)
      .map((model) => targetOf({ provider, model })),
  );
