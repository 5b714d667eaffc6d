import type { Bus, Clock } from '../../src/ports/index.ts';

export function createFakeBus(_parts: { clock: Clock }): Bus {
  return {} as Bus;
}
