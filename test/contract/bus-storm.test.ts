import { afterEach, beforeEach, expect, it } from 'vitest';

import { storm } from './support/bus-storm.ts';
import { makeStateDir, type StateDir } from './support/state-dir.ts';

let place: StateDir;
beforeEach(() => {
  place = makeStateDir();
});
afterEach(async () => {
  await place.remove();
});

it('delivers each of 1,200 messages through kills of senders and takers, with one effect each, in order (F07, F24)', async () => {
  const result = await storm({
    ...{ place, nSenders: 4, nMessages: 300, nTakers: 2, killEveryMs: [400, 900], firstTakerRounds: 1, seed: 7 },
  });
  const total = 4 * 300;
  expect(result).toMatchObject({ nSent: total, nEffects: total, unordered: [], counts: { acked: total } });
  expect(result.nKills).toBeGreaterThan(0);
  // The control: a taker was killed between effect and ack, so without a key there would be more effects than messages.
  expect(result.nHanded).toBeGreaterThan(total);
});
