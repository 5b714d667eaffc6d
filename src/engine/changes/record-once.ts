import type { row } from '../../domain/journal/kinds.ts';
import type { EngineContext } from '../context.ts';

/** Writes the row unless one of that key is there. */
export async function recordOnce(
  context: EngineContext,
  key: string,
  make: () => ReturnType<typeof row>,
): Promise<void> {
  if (!context.ledger.latest(key)) await context.ledger.append([make()]);
}
