import { Fault } from '../../base/fault.ts';

/** Whether it ends the supervisor, whatever it was doing: a bug, or a journal that takes no more rows of ours. */
export const isEnd = (error: unknown): boolean =>
  !(error instanceof Fault) || ['EPOCH_OLD', 'LEDGER_UNAVAILABLE'].includes(error.code);
