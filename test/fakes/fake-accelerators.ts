import type { Acceleration, Accelerators, CardHolder } from '../../src/ports/accelerators.ts';

export interface FakeAccelerators extends Accelerators {
  /** What the next probe finds. */
  found: Acceleration;
  holding: readonly CardHolder[];
}

/** Graphics cards in memory: none, until a test says otherwise. */
export function createFakeAccelerators(found: Acceleration = { kind: 'none' }): FakeAccelerators {
  const fake: FakeAccelerators = {
    ...{ found, holding: [] },
    probe: async () => fake.found,
    holders: async () => fake.holding,
  };
  return fake;
}
