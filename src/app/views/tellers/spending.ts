import type { SpendingRows } from '../../../domain/journal/rows/spending.ts';
import { totalTokens } from '../../../domain/spending/cost.ts';
import { countText, moneyText, spanText, timeText } from '../text.ts';
import type { TellersOf } from './teller.ts';

const costText = (microUsd: number | null, costIs: 'paid' | 'list-price' | 'unknown'): string =>
  microUsd === null
    ? 'at a price that nobody knows'
    : `${moneyText(microUsd)}${costIs === 'list-price' ? ' by list price' : ''}`;

const amountText = (n: number, unit: 'microUsd' | 'tokens'): string =>
  unit === 'microUsd' ? moneyText(n) : countText(n, 'token');

/** What a journal row of this feature says, as one line. */
export const spendingTellers: TellersOf<SpendingRows> = {
  'model.reserved': ({ call, provider, model, agent, taskType, reserved, why }) =>
    `${call}: ${agent} asks ${provider}/${model} (${taskType}); ${moneyText(reserved.microUsd)} and ${countText(reserved.tokens, 'token')} are held back; ${why}`,
  'model.answered': ({ call, provider, model, answeredBy, usage, microUsd, costIs, durationMs, stop }) =>
    `${call}: ${provider}/${model} answered${answeredBy === model ? '' : ` as ${answeredBy}`} in ${spanText(durationMs)}: ${countText(totalTokens(usage), 'token')}, ${usage.cacheRead} of them read from its cache, ${costText(microUsd, costIs)}${stop === 'length' ? '; cut at the longest answer' : stop === 'refused' ? '; it would not' : ''}`,
  'model.failed': ({ call, attempt, provider, model, reason, sentence, streamed, counted, nextAtMs }) =>
    `${call}: attempt ${attempt} at ${provider}/${model} failed (${reason}): ${sentence.replace(/\.$/, '')}${streamed ? `; a part of an answer had come, and ${moneyText(counted.microUsd)} counts as spent` : ''}${nextAtMs === null ? '' : `; again at ${timeText(nextAtMs)}`}`,
  'model.lost': ({ call, provider, model, counted }) =>
    `${call}: nobody knows how it ended at ${provider}/${model}; ${moneyText(counted.microUsd)} counts as spent`,
  'program.spent': ({ attempt, agent, runner, provider, model, turns, usage, microUsd, costIs }) =>
    `${attempt}: ${agent} had ${runner} ask ${model === null ? provider : `${provider}/${model}`} ${countText(turns, 'time')}: ${countText(totalTokens(usage), 'token')}, ${costText(microUsd, costIs)}`,
  'budget.near': ({ scope, name, unit, limit, spent }) =>
    `the budget of ${scope} ${name} is nearly used up: ${amountText(spent, unit)} of ${amountText(limit, unit)}`,
  'budget.raised': ({ run, microUsd, by }) => `${run} may cost ${moneyText(microUsd)} in all, says ${by.name}`,
  'provider.rested': ({ provider, model, why, untilMs }) =>
    `${provider}/${model} is not asked until ${timeText(untilMs)}: ${why}`,
  'provider.resumed': ({ provider, model }) => `${provider}/${model} answers again`,
};
