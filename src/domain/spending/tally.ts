import type { JsonObject } from '../../base/json.ts';
import { dataOf } from '../journal/kinds.ts';
import type { Warmth } from '../routing/price-of-call.ts';
import { type Amount, minus, nothing, plus } from './amount.ts';
import { dayOf, pursesOf, type Spender } from './budgets.ts';
import { totalTokens } from './cost.ts';
import type { TokenUsage } from './token-usage.ts';

/** A call that goes on: so much is held back for it. */
export interface OpenCall {
  readonly call: string;
  readonly spender: Spender;
  readonly model: string;
  readonly reserved: Amount;
}

/** What journal rows say was spent, by purse, and what goes on. It is added to row by row. */
export interface Tally {
  readonly open: Map<string, OpenCall>;
  readonly sums: Map<string, Amount>;
  /** By conversation, the last that was answered last: what a provider's cache holds of it. */
  readonly warmth: Map<string, Warmth>;
  /** Number of the newest call. */
  nCalls: number;
}

/** A row as far as it is read here. */
export interface SpendingEntry {
  readonly kind: string;
  readonly data: JsonObject;
  readonly run?: string | null;
  readonly atMs: number;
}

/** Conversations whose warmth is known; the one that was silent longest goes first. */
const nWarmMost = 1_000;

export const createTally = (): Tally => ({ open: new Map(), sums: new Map(), warmth: new Map(), nCalls: 0 });

/** Adds a row to the tally; rows have to come in their order, each once. */
export function addRow(tally: Tally, entry: SpendingEntry): void {
  const reserved = dataOf('model.reserved', entry);
  if (reserved !== undefined) {
    const { call, run, task, agent, provider } = reserved;
    const spender = { run, task, agent, provider, day: dayOf(entry.atMs) };
    tally.open.set(call, { call, spender, model: reserved.model, reserved: reserved.reserved });
    count(tally, spender, reserved.reserved);
    tally.nCalls = Math.max(tally.nCalls, Number(call.slice(1)));
    return;
  }
  const answered = dataOf('model.answered', entry);
  const failed = dataOf('model.failed', entry);
  const lost = dataOf('model.lost', entry);
  const program = dataOf('program.spent', entry);
  if (answered !== undefined) {
    settle(tally, answered.call, amountOf({ ...answered, costMicroUsd: answered.microUsd }));
    warm(tally, answered, entry.atMs);
  } else if (program !== undefined) {
    const { run, task, agent, provider } = program;
    const spender = { run, task, agent, provider, day: dayOf(entry.atMs) };
    count(tally, spender, amountOf({ ...program, costMicroUsd: program.microUsd }));
  } else if (failed?.keeps === false) settle(tally, failed.call, failed.counted);
  else if (lost !== undefined) settle(tally, lost.call, lost.counted);
}

/** What a subscription pays counts no money. */
const amountOf = (one: {
  readonly usage: TokenUsage;
  readonly costMicroUsd: number | null;
  readonly costIs: 'paid' | 'list-price' | 'unknown';
}): Amount => ({ microUsd: one.costIs === 'paid' ? (one.costMicroUsd ?? 0) : 0, tokens: totalTokens(one.usage) });

/** Adds an amount to every purse of the spender. */
export function count(tally: Tally, spender: Spender, amount: Amount): void {
  for (const { key } of pursesOf(spender)) tally.sums.set(key, plus(tally.sums.get(key) ?? nothing, amount));
}

function settle(tally: Tally, call: string, counted: Amount): void {
  const open = tally.open.get(call);
  // Its reservation lies before the rows that were read: nobody held it back here.
  if (open === undefined) return;
  tally.open.delete(call);
  count(tally, open.spender, minus(counted, open.reserved));
}

function warm(
  { warmth }: Tally,
  { conversation, provider, model, usage }: NonNullable<ReturnType<typeof answeredOf>>,
  atMs: number,
): void {
  warmth.delete(conversation);
  warmth.set(conversation, { provider, model, prefixTokens: totalTokens(usage), atMs });
  const [oldest] = warmth.keys();
  if (warmth.size > nWarmMost && oldest !== undefined) warmth.delete(oldest);
}

const answeredOf = (entry: SpendingEntry) => dataOf('model.answered', entry);
