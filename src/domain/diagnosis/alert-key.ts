import { maskSecrets } from '../alerts/mask-secrets.ts';
import { alertKey } from '../alerts/match-key.ts';

/**
 * Returns the key of the alert about a failure, one for each signature and culprit: `signature:s18:pack:comfyui-foo`. Names come from logs:
 * what does not belong into a key is taken out, with a digest behind it, so that two names stay two keys.
 */
export const signatureAlertKey = (
  { signature, culprit }: { readonly signature: string; readonly culprit: string | null },
  sha256: (text: string) => string,
): string =>
  // Before it is in lower case: tokens are known by their capitals as well.
  alertKey(`signature:${signature}${culprit === null ? '' : `:${maskSecrets(culprit)}`}`.toLowerCase(), sha256);
