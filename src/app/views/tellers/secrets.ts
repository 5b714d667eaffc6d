import type { SecretRows } from '../../../domain/journal/rows/secrets.ts';
import { listText } from '../text.ts';
import type { TellersOf } from './teller.ts';

/** What a journal row of this feature says, as one line. */
export const secretsTellers: TellersOf<SecretRows> = {
  'secret.allowed': ({ change, places, comment, by }) =>
    `${by.name} lets ${change} merge although ${listText(places)}: ${comment}`,
};
