import type { ModelAnswer, ModelCall } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';

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
  /** Number of the call in the journal. */
  readonly call: string;
}

/**
 * The one door through which a language model is asked: budget reserved, provider chosen, asked, tried again or elsewhere, settled.
 * Faults: `MODEL_NONE`, `MODEL_KEY_MISSING`, `MODEL_FAILED`, `MODEL_PRICE_UNKNOWN`, `BUDGET_REACHED` (nothing was sent then).
 */
export type AskModel = (
  engine: Engine,
  asked: Asked,
  options: { readonly signal: AbortSignal; readonly onText?: (text: string) => void; readonly onToken?: () => void },
) => Promise<Answered>;
