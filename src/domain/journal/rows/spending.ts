import type { JsonObject } from '../../../base/json.ts';
import type { BudgetScope } from '../../definitions/compute-budgets.ts';
import type { TokenPrices } from '../../providers/provider.ts';
import type { ModelFailure } from '../../routing/model-failure.ts';
import type { Rejected } from '../../routing/rejected.ts';
import type { Runner } from '../../specialists/work-result.ts';
import type { Amount } from '../../spending/amount.ts';
import type { TokenUsage } from '../../spending/token-usage.ts';
import type { Actor } from '../actor.ts';

/** Calls of language models: what is held back for one before it is sent, and what became of it. */
export interface SpendingRows {
  /**
   * [`model-call:<call>`, `spending`, `talk:<conversation>`] A call goes to this model, and so much is held back of every budget: `k7`.
   * Again with the same call where it goes to another model, or once more after a part of an answer came.
   */
  'model.reserved': {
    readonly call: string;
    /** Counts every time that something is sent in this call. */
    readonly attempt: number;
    readonly run: string;
    readonly task: string | null;
    readonly agent: string;
    readonly conversation: string;
    readonly taskType: string;
    /** The model that was asked for by name; null: none. */
    readonly wanted: string | null;
    readonly provider: string;
    readonly model: string;
    readonly reserved: Amount;
    /** Tokens of the input, guessed. */
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly why: string;
    readonly rejected: readonly Rejected[];
  };
  /** [`model-call:<call>`, `spending`, `talk:<conversation>`] It answered; what was held back is free again. */
  'model.answered': {
    readonly call: string;
    readonly attempt: number;
    readonly conversation: string;
    readonly provider: string;
    readonly model: string;
    /** As the provider names the model that answered. */
    readonly answeredBy: string;
    readonly usage: TokenUsage;
    /** The provider's own words on it. */
    readonly rawUsage: JsonObject;
    /** Null: nobody knows them. */
    readonly prices: TokenPrices | null;
    readonly microUsd: number | null;
    readonly costIs: 'paid' | 'list-price' | 'unknown';
    readonly firstTokenMs: number;
    readonly durationMs: number;
    readonly stop: 'end' | 'tools' | 'length' | 'refused';
  };
  /**
   * [`model-call:<call>`, `spending`] An attempt failed. `keeps`: what is held back stays so for the next one at the same model. `counted`: what
   * counts as spent: nothing, or all that was held back where a part of an answer had come.
   */
  'model.failed': {
    readonly call: string;
    readonly attempt: number;
    readonly provider: string;
    readonly model: string;
    readonly reason: ModelFailure | 'stopped';
    readonly status: number | null;
    readonly sentence: string;
    readonly streamed: boolean;
    readonly counted: Amount;
    readonly keeps: boolean;
    /** When it is sent again, in milliseconds since 1970; null: not to this model. */
    readonly nextAtMs: number | null;
  };
  /** [`model-call:<call>`, `spending`] The supervisor died before an answer was on record: what was held back counts as spent. */
  'model.lost': {
    readonly call: string;
    readonly run: string;
    readonly provider: string;
    readonly model: string;
    readonly counted: Amount;
  };
  /**
   * [`program-spent:<attempt>`, `spending`] What a program that asks its own models took in one start of it, however it ended. `provider`: in
   * whose purse that counts, the runner where nobody else is known.
   */
  'program.spent': {
    readonly run: string;
    readonly task: string;
    readonly attempt: string;
    readonly agent: string;
    readonly runner: Exclude<Runner, 'program' | 'model'>;
    readonly provider: string;
    readonly model: string | null;
    readonly turns: number;
    readonly usage: TokenUsage;
    readonly microUsd: number | null;
    readonly costIs: 'paid' | 'list-price' | 'unknown';
  };
  /** [`budget-near:<scope>:<name>:<unit>`] Four fifths of a budget are gone. Once for each limit. */
  'budget.near': {
    readonly scope: BudgetScope;
    readonly name: string;
    readonly unit: 'microUsd' | 'tokens';
    readonly limit: number;
    readonly spent: number;
  };
  /** [`budget-of:<run>`] What a run may cost in all, by word of a person. */
  'budget.raised': { readonly run: string; readonly microUsd: number; readonly by: Actor };
  /** [`provider-rest:<provider>/<model>`] It is not asked until then. */
  'provider.rested': {
    readonly provider: string;
    readonly model: string;
    readonly why: string;
    readonly untilMs: number;
  };
  /** [`provider-rest:<provider>/<model>`] The call that tried it was answered. */
  'provider.resumed': { readonly provider: string; readonly model: string };
}
