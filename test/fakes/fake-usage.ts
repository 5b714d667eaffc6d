import type { Usage, UsedPrompt, UseCount } from '../../src/ports/index.ts';

const dayMs = 86_400_000;

/** Counts of what was used, from the prompts themselves. */
export function createFakeUsage(): Usage & { readonly prompts: UsedPrompt[] } {
  const prompts: UsedPrompt[] = [];
  let began: number | null = null;
  const since = (sinceMs: number): UsedPrompt[] =>
    prompts.filter((one) => Math.floor(one.endedAtMs / dayMs) >= Math.floor(sinceMs / dayMs));
  const count = (name: string, of: readonly UsedPrompt[]): UseCount => ({
    name,
    times: of.length,
    nFailed: of.filter(({ hasFailed }) => hasFailed).length,
    durationMs: of.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0),
    lastAtMs: Math.max(...of.map(({ endedAtMs }) => endedAtMs)),
  });
  const newestFirst = (a: UseCount, b: UseCount): number => b.lastAtMs - a.lastAtMs || (a.name < b.name ? -1 : 1);
  return {
    prompts,
    async add(more, nowMs) {
      began ??= nowMs;
      const fresh = more.filter((one) => !prompts.some(({ promptId }) => promptId === one.promptId));
      prompts.push(...fresh);
      return fresh.length;
    },
    beganMs: () => began,
    models(sinceMs) {
      const found = since(sinceMs);
      return [...new Set(found.flatMap(({ models }) => models))]
        .map((name) =>
          count(
            name,
            found.filter(({ models }) => models.includes(name)),
          ),
        )
        .toSorted(newestFirst);
    },
    workflows: (sinceMs) =>
      [...Map.groupBy(since(sinceMs), ({ shape, models }) => JSON.stringify([shape, models])).values()]
        .flatMap((of) => of.slice(0, 1).map(({ shape, classes, models }) => ({ ...count(shape, of), classes, models })))
        .toSorted(newestFirst),
    days: (sinceMs) =>
      [...Map.groupBy(since(sinceMs), ({ endedAtMs }) => Math.floor(endedAtMs / dayMs) * dayMs)]
        .map(([atMs, of]) => ({ atMs, times: of.length, durationMs: count('', of).durationMs }))
        .toSorted((a, b) => a.atMs - b.atMs),
    close: async () => {},
  };
}
