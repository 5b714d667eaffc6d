import type { JsonObject } from '../../base/json.ts';

/** Servers that may die under a prompt before nobody queues it again: one death may be a coincidence. */
const mostDeaths = 2;

/**
 * Marks copies of prompts for the death of their server: those that run, and how many servers died under each before, as `known` says.
 * The marks are ours: a server is never sent them.
 */
export function markPrompts(
  { active, pending }: { readonly active: readonly JsonObject[]; readonly pending: readonly JsonObject[] },
  known: readonly JsonObject[],
): readonly JsonObject[] {
  const deaths = new Map(known.map((one) => [one['prompt_id'], deathsOf(one)]));
  const marked = (one: JsonObject): JsonObject => {
    const n = deaths.get(one['prompt_id']) ?? 0;
    return n === 0 ? one : { ...one, deaths: n };
  };
  return [...active.map((one) => ({ ...marked(one), ran: true })), ...pending.map(marked)];
}

/** Takes away that they ran: their server is stopped in order. */
export const stoppedPrompts = (prompts: readonly JsonObject[]): JsonObject[] =>
  prompts.map((one) => Object.fromEntries(Object.entries(one).filter(([name]) => name !== 'ran')));

/** Says what of a queue that a server left behind is queued again: not a prompt under which the second one died. */
export function judgeRetry(prompts: readonly JsonObject[]): {
  readonly again: readonly JsonObject[];
  readonly givenUp: readonly JsonObject[];
} {
  const again: JsonObject[] = [];
  const givenUp: JsonObject[] = [];
  for (const { ran, ...one } of prompts) {
    const deaths = deathsOf(one) + (ran === true ? 1 : 0);
    if (ran === true && deaths >= mostDeaths) givenUp.push(one);
    else again.push(deaths === 0 ? one : { ...one, deaths });
  }
  return { again, givenUp };
}

const deathsOf = ({ deaths }: JsonObject): number => (typeof deaths === 'number' ? deaths : 0);
