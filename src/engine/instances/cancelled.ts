import type { EngineContext } from '../context.ts';

/** Key of the row about a prompt that somebody had taken back. */
export const cancelledKey = (promptId: string): string => `prompt-cancelled:${promptId}`;

/** Whether somebody had it taken back: no restart queues it again, also where its server ended before it did. */
export const wasCancelled = ({ ledger }: Pick<EngineContext, 'ledger'>, promptId: string): boolean =>
  ledger.latest(cancelledKey(promptId)) !== undefined;
