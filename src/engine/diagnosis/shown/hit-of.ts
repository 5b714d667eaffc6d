import { maskSecrets } from '../../../domain/alerts/mask-secrets.ts';
import type { Hit, Reading } from '../../../domain/diagnosis/matcher.ts';
import type { JournalKinds } from '../../../domain/journal/kinds.ts';

/** Returns where the log that is read now shows the same failure, or undefined. A culprit is on record without its secrets. */
export const hitOf = (
  { hits }: Reading,
  { signature, culprit }: Pick<JournalKinds['diagnosis.found'], 'signature' | 'culprit'>,
): Hit | undefined =>
  hits.find(
    (one) => one.signature.id === signature && (one.culprit === null ? null : maskSecrets(one.culprit)) === culprit,
  );
