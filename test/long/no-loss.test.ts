import { afterAll, expect, test } from 'vitest';

import { type Counts, countsText, noCounts, playMany } from '../support/no-loss/play.ts';

/** What failed is played again by its seed, which the failure names. */
const firstSeed = Number(process.env['ORCHESTRATE_LOSS_SEED'] ?? 20_261_128);
const nEach = 100;
const parts = Array.from({ length: 10 }, (_, index) => firstSeed + index);

const all: Counts[] = [];
const startedMs = performance.now();
afterAll(() => {
  const sum = noCounts();
  for (const one of all) for (const name of Object.keys(sum) as readonly (keyof Counts)[]) sum[name] += one[name];
  process.stdout.write(`${countsText(sum)}no loss: ${Math.round((performance.now() - startedMs) / 1000)} s\n`);
});

/** A thousand in all; in parts, so that a slow machine tells how far it came. */
test.each(parts)(
  'a hundred orders of commands of a person and of orchestrate lose nothing, seed %i',
  async (seed) => {
    const counts = noCounts();
    all.push(counts);
    await playMany({ nSequences: nEach, seed, counts });
    process.stdout.write(countsText(counts));
    expect(counts).toMatchObject({ nSequences: nEach, nLost: 0 });
  },
  900_000,
);
