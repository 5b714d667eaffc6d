import { afterEach, beforeEach, expect, it } from 'vitest';

import { storm } from '../contract/support/bus-storm.ts';
import { makeStateDir, type StateDir } from '../contract/support/state-dir.ts';

let place: StateDir;
beforeEach(() => {
  place = makeStateDir();
});
afterEach(async () => {
  await place.remove();
});

/** Messages of each of four senders; an environment variable shortens it for whoever looks at the test itself. */
const nMessages = Number(process.env['BUS_STORM_MESSAGES'] ?? 25_000);

it('delivers 4 × 25,000 messages through random kills: none lost, one effect each, in order per sender (F07, F24)', async () => {
  const result = await storm({
    ...{ place, nSenders: 4, nMessages, nTakers: 3, killEveryMs: [1_500, 4_000], firstTakerRounds: 5, seed: 4 },
  });
  const total = 4 * nMessages;
  console.log(`${result.nSent} sent, ${result.nHanded} handed out, ${result.nEffects} effects, ${result.nKills} kills`);
  expect(result).toMatchObject({ nSent: total, nEffects: total, unordered: [], counts: { acked: total } });
  expect(result.nKills).toBeGreaterThan(0);
  expect(result.nHanded).toBeGreaterThan(total);
}, 1_800_000);
