import type { Actor } from '../actor.ts';

/** What persons said about secrets that were found. No row holds one. */
export interface SecretRows {
  /** [`secret-allowed:<change>`] These may merge. `marks`: hashes of the values, of all that were allowed so far; `places`: where they are. */
  'secret.allowed': {
    readonly change: string;
    readonly marks: readonly string[];
    readonly places: readonly string[];
    readonly comment: string;
    readonly by: Actor;
  };
}
