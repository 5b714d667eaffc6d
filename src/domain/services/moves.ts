import type { Hang, Stillness } from './stillness.ts';

/** Whether production gets on. `idle`: it has no work. `unclear`: it may only be slow, or nobody watched it for long enough. */
export type Moves = 'idle' | 'yes' | 'no' | 'unclear';

/**
 * Says what a watch came to. `rests`: its process took next to no processor time meanwhile. A server that is silent while it computes may
 * be loading: that is never taken for a hang.
 */
export function movesOf({
  now,
  hang,
  rests,
}: {
  now: Stillness;
  hang: Pick<Hang, 'cause'> | null;
  rests: boolean;
}): Moves {
  if (hang !== null) return hang.cause === 'silent' && !rests ? 'unclear' : 'no';
  if (now.subject === null) return 'idle';
  return now.hasMoved ? 'yes' : 'unclear';
}
