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

/**
 * Marks what a server without work is about to be given: it begins with the first at once, and a server that dies of that one dies before
 * anybody looks at its queue. The others of `prompts` stay as they are.
 */
export const markFirst = (prompts: readonly JsonObject[], first: unknown, server: string): readonly JsonObject[] =>
  prompts.map((one) => (one['prompt_id'] === first ? { ...one, ran: server } : one));

/** Takes away that they ran: their server is stopped in order. */
export const stoppedPrompts = (prompts: readonly JsonObject[]): JsonObject[] =>
  prompts.map((one) => Object.fromEntries(Object.entries(one).filter(([name]) => name !== 'ran')));

/**
 * Says what of a queue that a server left behind is queued again on `server`: not a prompt under which the second one died. What was
 * marked as the first of `server` itself did not die with it: a call was interrupted, and this is its repeat.
 */
export function judgeRetry(
  prompts: readonly JsonObject[],
  server: string,
): {
  readonly again: readonly JsonObject[];
  readonly givenUp: readonly JsonObject[];
} {
  const again: JsonObject[] = [];
  const givenUp: JsonObject[] = [];
  for (const { ran, ...one } of prompts) {
    const isDead = ran !== undefined && ran !== server;
    const deaths = deathsOf(one) + (isDead ? 1 : 0);
    const kept = deaths === 0 ? one : { ...one, deaths };
    if (isDead && deaths >= mostDeaths) givenUp.push(one);
    else again.push(ran === server ? { ...kept, ran } : kept);
  }
  return { again, givenUp };
}

const deathsOf = ({ deaths }: JsonObject): number => (typeof deaths === 'number' ? deaths : 0);
