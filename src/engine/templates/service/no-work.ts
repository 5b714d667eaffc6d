import type { PendingWork } from '../template.ts';

/** What a service of the person's own has still to do is its own affair: it is asked to end, and given time to. */
export const noWork: PendingWork = {
  keep: async () => undefined,
  kept: () => ({ nPrompts: 0, lastAnswerAtMs: null }),
  copy: async () => 0,
  doing: async () => ({ running: [], nWaiting: 0 }),
  forgetCopy: async () => undefined,
  again: async () => null,
  saved: async () => [],
  stoppedSentence: () => 'Production is stopped.',
  backSentence: () => null,
  busyText: () => '',
};
