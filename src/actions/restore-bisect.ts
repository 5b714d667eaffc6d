import { z } from 'zod';

import { defineAction } from './_context.ts';

const output = z.object({
  good: z.string(),
  bad: z.string(),
  watched: z.array(z.string()),
  nProbes: z.number().int(),
  nSkipped: z.number().int(),
  suspects: z.array(z.object({ commit: z.string(), point: z.string().nullable(), title: z.string() })),
});

/** Halves the branch between two restore points until the merge is named that broke it. What it started is stopped with the run's end. */
export const restoreBisect = defineAction({
  id: 'restore.bisect',
  summary: 'Find the merge that broke it',
  effect: 'read',
  input: z.object({ good: z.string().min(1), bad: z.string().min(1), workflow: z.string().default('') }),
  output,
  async run(context, asked) {
    const { good, bad, watched, nProbes, nSkipped, suspects } = await context.bisect(asked);
    const named = suspects.map(({ commit, point, title }) => ({ commit, point, title }));
    return { good, bad, watched: [...watched], nProbes, nSkipped, suspects: named };
  },
  describe({ watched, nProbes, suspects }) {
    const lost = watched.join(', ');
    const [one, ...more] = suspects.map(({ point, commit }) => point ?? commit.slice(0, 7));
    return more.length === 0
      ? `${one} broke ${lost}, after ${nProbes} states were tried`
      : `one of ${[one, ...more].join(', ')} broke ${lost}: what lies between them could not be tried`;
  },
});
