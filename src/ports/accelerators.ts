import type { Acceleration } from '../domain/environments/acceleration.ts';

export type { Acceleration, Gpu } from '../domain/environments/acceleration.ts';

/** Graphics cards, asked of the driver's own program. */
export interface Accelerators {
  /**
   * Asks `nvidia-smi` of the PATH, within a time limit. Never throws for what it says or does: a driver that hangs, fails
   * or talks nonsense is `unknown` with the reason. Read-only.
   */
  probe(): Promise<Acceleration>;
}
