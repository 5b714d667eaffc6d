import type { Hit, Reading } from '../../../domain/diagnosis/matcher.ts';
import type { JournalKinds } from '../../../domain/journal/kinds.ts';

/** Returns where the log that is read now shows the same failure, or undefined. */
export const hitOf = (
  { hits }: Reading,
  { signature, culprit }: Pick<JournalKinds['diagnosis.found'], 'signature' | 'culprit'>,
): Hit | undefined => hits.find((one) => one.signature.id === signature && one.culprit === culprit);
