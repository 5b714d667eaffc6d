import type { Acceleration } from '../domain/environments/acceleration.ts';

export type { Acceleration, Gpu } from '../domain/environments/acceleration.ts';

/** Graphics cards, asked of the driver's own program. */
export interface Accelerators {
  /**
   * Asks `nvidia-smi` of the PATH, within a time limit. Never throws for what it says or does: a driver that hangs, fails
   * or talks nonsense is `unknown` with the reason. Read-only.
   */
  probe(): Promise<Acceleration>;
  /**
   * Programs that hold memory of a card, as the same program tells them; empty where none does, or where it does not tell: no driver, a
   * container, a driver that hangs. Never throws for what it says or does. Read-only.
   */
  holders(): Promise<readonly CardHolder[]>;
}

export interface CardHolder {
  readonly pid: number;
  /** As the driver says it: a path, or `[Not Found]` for one of another container. Data. */
  readonly name: string;
  /** Null: it does not tell. */
  readonly memoryBytes: number | null;
}
