import { z } from 'zod';

import { type Cost, costsOf } from '../../domain/spending/cost-table.ts';
import type { JournalReader } from './journal-reader.ts';
import { countText, moneyText } from './text.ts';

const micro = 'micro-USD, whole';
/** What calls of language models took, and what that cost. */
export const costSchema = z.object({
  nCalls: z.number().describe('Calls that were answered.'),
  nFailed: z.number().describe('Attempts that failed.'),
  inputUncached: z.number().describe('Tokens of input that no cache had.'),
  cacheRead: z.number().describe('Tokens of input read from a cache.'),
  cacheWrite5m: z.number().describe('Tokens of input written to a cache for five minutes.'),
  cacheWrite1h: z.number().describe('The same for an hour.'),
  output: z.number().describe('Tokens of output.'),
  reasoning: z.number().describe('Part of the output that was thought, not said.'),
  paidMicroUsd: z.number().describe(`What was charged for, in ${micro}.`),
  listMicroUsd: z.number().describe(`What it would have cost where a subscription pays, in ${micro}.`),
  nUnpriced: z.number().describe('Calls at a price that nobody knows.'),
  countedMicroUsd: z.number().describe(`Counts as spent though no answer is on record, in ${micro}.`),
  heldMicroUsd: z.number().describe(`Held back for calls that are on their way, in ${micro}.`),
});

/** Rows of a run that are read for its cost. */
const maxRows = 10_000;

/** Returns what a run's language models cost; null: none was asked. */
export function costOfRun(reader: JournalReader, run: string): Cost | null {
  const kinds = ['model.reserved', 'model.answered', 'model.failed', 'model.lost', 'program.spent'];
  const { groups, total } = costsOf(reader.read({ run, kinds, limit: maxRows }), { by: 'run', sinceMs: 0, run });
  return groups.size === 0 ? null : total;
}

/** Returns the money of it: what was charged, the list price of what a subscription paid, and how much has no known price. */
export function costText({ paidMicroUsd, listMicroUsd, nUnpriced }: Cost): string {
  const parts = [
    ...(paidMicroUsd > 0 || listMicroUsd === 0 ? [moneyText(paidMicroUsd)] : []),
    ...(listMicroUsd > 0 ? [`(${moneyText(listMicroUsd)} list price, by subscription)`] : []),
    ...(nUnpriced > 0 ? [`+ ${countText(nUnpriced, 'call')} at no known price`] : []),
  ];
  return parts.join(' ');
}
