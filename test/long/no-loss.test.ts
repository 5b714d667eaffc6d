import { expect, test } from 'vitest';

import { countsText, noCounts, playMany } from '../support/no-loss/play.ts';

/** What failed is played again by its seed, which the failure names. */
const seed = Number(process.env['ORCHESTRATE_LOSS_SEED'] ?? 20_261_128);
const nSequences = Number(process.env['ORCHESTRATE_LOSS_SEQUENCES'] ?? 1_000);

test('a thousand orders of commands of a person and of orchestrate lose nothing', async () => {
  const counts = noCounts();
  const startedMs = performance.now();
  try {
    await playMany({ nSequences, seed, counts });
  } finally {
    process.stdout.write(countsText(counts));
    process.stdout.write(`no loss: seed ${seed}, ${Math.round((performance.now() - startedMs) / 1000)} s\n`);
  }
  expect(counts).toMatchObject({ nSequences, nLost: 0 });
}, 1_800_000);
