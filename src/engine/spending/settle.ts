import type { Fault } from '../../base/fault.ts';
import { row } from '../../domain/journal/kinds.ts';
import type { ModelFailure } from '../../domain/routing/model-failure.ts';
import { nothing } from '../../domain/spending/amount.ts';
import { costOf } from '../../domain/spending/cost.ts';
import type { ModelAnswer } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';
import type { Answered } from './ask-model.ts';
import type { Question } from './find-route.ts';
import type { Held } from './reserve.ts';

/** Writes what a call really took, in place of what was held back for it, and returns the answer with its cost. */
export async function settleAnswered(
  engine: Engine,
  { asked }: Question,
  { held, attempt, answer }: { held: Held; attempt: number; answer: ModelAnswer },
): Promise<Answered> {
  const { call, candidate } = held;
  const { provider, model } = candidate;
  const { run, conversation } = asked;
  const { usage, rawUsage, firstTokenMs, durationMs, stop } = answer;
  const microUsd = model.prices === null ? null : costOf(usage, model.prices);
  const costIs = microUsd === null ? 'unknown' : provider.isSubscription === true ? 'list-price' : 'paid';
  const answered = row(
    'model.answered',
    {
      ...{
        call,
        attempt,
        conversation,
        provider: provider.id,
        model: model.id,
        answeredBy: answer.model,
        usage,
        rawUsage,
      },
      ...{ prices: model.prices, microUsd, costIs, firstTokenMs, durationMs, stop },
    },
    { run, keys: [`model-call:${call}`, 'spending', `talk:${conversation}`] },
  );
  await engine.spending.book.write([answered]);
  return { ...answer, provider: provider.id, costMicroUsd: microUsd, costIs, call };
}

/** Writes that an attempt failed, and what counts as spent: all that was held back where a part of an answer had come. */
export async function failedRow(
  engine: Engine,
  failed: {
    readonly held: Held;
    readonly attempt: number;
    readonly fault: Fault;
    readonly reason: ModelFailure | 'stopped';
    readonly isStreamed: boolean;
    readonly keeps: boolean;
    readonly nextAtMs: number | null;
  },
): Promise<void> {
  const { held, attempt, fault, reason, isStreamed, keeps, nextAtMs } = failed;
  const { call, candidate, spender, amount } = held;
  const status = fault.data?.['status'];
  const data = {
    ...{ call, attempt, provider: candidate.provider.id, model: candidate.model.id, reason, keeps, nextAtMs },
    ...{ status: typeof status === 'number' ? status : null, sentence: fault.message.slice(0, 300) },
    ...{ streamed: isStreamed, counted: isStreamed ? amount : nothing },
  };
  const keys = [`model-call:${call}`, 'spending'];
  await engine.spending.book.write([row('model.failed', data, { run: spender.run, keys })]);
}
