import { setup } from 'xstate';

export type AlertEvent =
  /** A person has seen it: it is told nobody any more. */
  | { type: 'ACKNOWLEDGE' }
  /** It is over, by what was seen or by a person's word. */
  | { type: 'RESOLVE' };

/** One thing that somebody has to know, from the first time that it is seen until it is over. What it says stands in its rows. */
export const alertMachine = setup({
  types: {
    context: {} as { readonly subject: string },
    events: {} as AlertEvent,
    input: {} as { subject: string },
    tags: {} as 'waiting',
  },
}).createMachine({
  id: 'alert',
  context: ({ input }) => ({ ...input }),
  initial: 'open',
  states: {
    open: { tags: 'waiting', on: { ACKNOWLEDGE: 'acknowledged', RESOLVE: 'resolved' } },
    acknowledged: { tags: 'waiting', on: { RESOLVE: 'resolved' } },
    resolved: { type: 'final' },
  },
});
