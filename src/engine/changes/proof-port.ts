import type { Engine } from '../engine.ts';

/** The port on which a run proves trees: its slot's, or one of its own: a way back waits for no slot. */
export async function proofPort(engine: Engine, run: string): Promise<number> {
  return engine.leases.find(run)?.port ?? (await engine.leases.takePort(run));
}
