import type { Acceleration, Accelerators } from '../../src/ports/accelerators.ts';

export interface FakeAccelerators extends Accelerators {
  /** What the next probe finds. */
  found: Acceleration;
}

/** Graphics cards in memory: none, until a test says otherwise. */
export function createFakeAccelerators(found: Acceleration = { kind: 'none' }): FakeAccelerators {
  const fake: FakeAccelerators = { found, probe: async () => fake.found };
  return fake;
}
