import { dataOf, type JournalKinds } from '../journal/kinds.ts';
import { dayOf } from './budgets.ts';
import { noUsage } from './cost.ts';
import type { SpendingEntry } from './tally.ts';
import type { TokenUsage } from './token-usage.ts';

/** What costs are told by. */
export const costGroups = ['run', 'task', 'agent', 'provider', 'model', 'day'] as const;
export type CostGroup = (typeof costGroups)[number];

/** What calls took, and what that cost. */
export interface Cost extends TokenUsage {
  readonly nCalls: number;
  /** Attempts that failed. */
  readonly nFailed: number;
  /** Charged for. */
  readonly paidMicroUsd: number;
  /** What it would have cost where a subscription pays. */
  readonly listMicroUsd: number;
  /** Calls at a price that nobody knows. */
  readonly nUnpriced: number;
  /** Counts as spent though no answer is on record: cut, broken off, or lost with a supervisor. */
  readonly countedMicroUsd: number;
  /** Held back for calls that are on their way. */
  readonly heldMicroUsd: number;
}

export const noCost: Cost = {
  ...{ nCalls: 0, nFailed: 0, paidMicroUsd: 0, listMicroUsd: 0, nUnpriced: 0, countedMicroUsd: 0, heldMicroUsd: 0 },
  ...noUsage,
};

type Reserved = JournalKinds['model.reserved'];

export interface CostQuestion {
  readonly by: CostGroup;
  /** Only calls that began then or later, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** Only those of this run; null: all. */
  readonly run: string | null;
}

/** Returns what calls cost, in the order in which the groups first spent, from rows in their order. */
export function costsOf(
  rows: Iterable<SpendingEntry>,
  { by, sinceMs, run }: CostQuestion,
): { readonly groups: ReadonlyMap<string, Cost>; readonly total: Cost } {
  const groups = new Map<string, Cost>();
  const calls = new Map<string, { readonly head: Reserved; readonly name: string; failed: number }>();
  let total = noCost;
  const add = (name: string, some: Partial<Cost>): void => {
    groups.set(name, sum(groups.get(name) ?? noCost, some));
    total = sum(total, some);
  };
  for (const entry of rows) {
    const reserved = dataOf('model.reserved', entry);
    if (reserved !== undefined) {
      if (entry.atMs < sinceMs || (run !== null && reserved.run !== run)) continue;
      const name = nameOf(by, reserved, entry.atMs);
      calls.set(reserved.call, { head: reserved, name, failed: 0 });
      add(name, { heldMicroUsd: reserved.reserved.microUsd });
      continue;
    }
    const program = dataOf('program.spent', entry);
    if (program !== undefined) {
      if (entry.atMs < sinceMs || (run !== null && program.run !== run)) continue;
      const name = nameOf(by, { ...program, model: program.model ?? program.runner }, entry.atMs);
      add(name, { ...taken(program), nCalls: program.turns });
      continue;
    }
    const call = calls.get(entry.data['call'] as string);
    if (call === undefined) continue;
    const some = endOf(entry, call);
    if (some === undefined) continue;
    add(call.name, some);
    if (some.heldMicroUsd !== undefined) calls.delete(call.head.call);
  }
  return { groups, total };
}

/** What the row adds; `heldMicroUsd` is there where it ends what was held back. */
function endOf(entry: SpendingEntry, call: { readonly head: Reserved; failed: number }): Partial<Cost> | undefined {
  const { reserved } = call.head;
  const released = { heldMicroUsd: -reserved.microUsd };
  const answered = dataOf('model.answered', entry);
  if (answered !== undefined) return { ...taken(answered), ...released, nCalls: 1 };
  const failed = dataOf('model.failed', entry);
  if (failed !== undefined) {
    // An attempt that was to be made again, and then was not, is told twice.
    const nFailed = failed.attempt === call.failed ? 0 : 1;
    call.failed = failed.attempt;
    return { nFailed, countedMicroUsd: failed.counted.microUsd, ...(failed.keeps ? {} : released) };
  }
  const lost = dataOf('model.lost', entry);
  return lost === undefined ? undefined : { nFailed: 1, countedMicroUsd: lost.counted.microUsd, ...released };
}

const taken = ({ usage, microUsd, costIs }: Pick<JournalKinds['model.answered'], 'usage' | 'microUsd' | 'costIs'>) => ({
  ...{ ...usage, nUnpriced: microUsd === null ? 1 : 0 },
  ...(costIs === 'list-price' ? { listMicroUsd: microUsd ?? 0 } : { paidMicroUsd: microUsd ?? 0 }),
});

type Named = Pick<Reserved, 'run' | 'task' | 'agent' | 'provider' | 'model'>;

function nameOf(by: CostGroup, { run, task, agent, provider, model }: Named, atMs: number): string {
  switch (by) {
    case 'run':
      return run;
    case 'task':
      return task ?? `${run}, no step`;
    case 'agent':
      return agent;
    case 'provider':
      return provider;
    case 'model':
      return `${provider}/${model}`;
    case 'day':
      return dayOf(atMs);
  }
}

const fields = Object.keys(noCost) as readonly (keyof Cost)[];

const sum = (one: Cost, other: Partial<Cost>): Cost =>
  Object.fromEntries(fields.map((field) => [field, one[field] + (other[field] ?? 0)])) as unknown as Cost;
