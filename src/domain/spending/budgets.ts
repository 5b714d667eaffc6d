import type { Budgets, BudgetScope } from '../definitions/compute-budgets.ts';
import type { Amount } from './amount.ts';

/** Whose money a call spends. */
export interface Spender {
  readonly run: string;
  readonly task: string | null;
  readonly agent: string;
  readonly provider: string;
  /** `2026-11-28`, UTC. */
  readonly day: string;
}

/** One purse that a call is paid from, by the key under which its sum is kept. */
export interface Purse {
  readonly scope: BudgetScope;
  /** `r12`, `r12.fix`, an agent, a provider, a day. */
  readonly name: string;
  readonly key: string;
}

/** Returns the purses of a call. Those of an agent and of a provider are of one day. */
export function pursesOf({ run, task, agent, provider, day }: Spender): readonly Purse[] {
  const purse = (scope: BudgetScope, name: string, key: string): Purse => ({ scope, name, key: `${scope}:${key}` });
  return [
    purse('run', run, run),
    ...(task === null ? [] : [purse('task', task, task)]),
    purse('agent', agent, `${agent}:${day}`),
    purse('provider', provider, `${provider}:${day}`),
    purse('day', day, day),
  ];
}

/** Returns the day of a time, UTC: `2026-11-28`. */
export const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

/** A purse with its limit, what is spent and held back of it, in one unit. */
export interface Level {
  readonly scope: BudgetScope;
  readonly name: string;
  readonly unit: 'microUsd' | 'tokens';
  readonly limit: number;
  readonly spent: number;
}

/** Returns where each purse with a limit stands. `limits` may be other than the configured ones: a person raised a run's. */
export function levelsOf(
  purses: readonly Purse[],
  { budgets, spent }: { readonly budgets: Budgets; spent(key: string): Amount },
): readonly Level[] {
  return purses.flatMap(({ scope, name, key }) =>
    (['microUsd', 'tokens'] as const).flatMap((unit) => {
      const limit = budgets[scope][unit];
      return limit === null ? [] : [{ scope, name, unit, limit, spent: spent(key)[unit] }];
    }),
  );
}

/** Returns the first purse that has no room for the amount; undefined: all have. */
export const findReached = (levels: readonly Level[], asked: Amount): Level | undefined =>
  levels.find(({ unit, limit, spent }) => asked[unit] > 0 && spent + asked[unit] > limit);

/** Part of a limit from which it is told that it comes near. */
const nearPart = 0.8;

/** Returns the purses of which more than four fifths are gone. */
export const findNear = (levels: readonly Level[]): readonly Level[] =>
  levels.filter(({ limit, spent }) => limit > 0 && spent >= limit * nearPart);
