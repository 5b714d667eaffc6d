import type { HealthRows } from '../../../domain/journal/rows/health.ts';
import type { TellersOf } from './teller.ts';

/** What a journal row of this feature says, as one line. */
export const healthTellers: TellersOf<HealthRows> = {
  'health.moved': ({ what, from, to, sentence }) => `${what} was ${from} and is ${to}: ${sentence}`,
};
