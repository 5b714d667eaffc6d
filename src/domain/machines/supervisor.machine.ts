import { assign, setup } from 'xstate';

import type { FaultRecord } from '../../base/fault.ts';
import { effect, faultOf } from './effect.ts';

export type SupervisorEvent =
  | { type: 'FREEZE' }
  | { type: 'THAW' }
  /** Asked to end, or idle for long enough. */
  | { type: 'DRAIN' };

/**
 * The one supervisor of an installation. It takes work only in `ready`; `frozen` holds every agent
 * until THAW, and then begins as after a kill. `starting` reconciles ledger, git, processes, ports and slots before anything else.
 */
export const supervisorMachine = setup({
  types: {
    context: {} as { readonly subject: string; readonly fault: FaultRecord | null },
    events: {} as SupervisorEvent,
    input: {} as { subject: string },
    tags: {} as 'waiting',
  },
  actors: {
    reconcile: effect<unknown>(),
    freeze: effect<unknown>(),
    drain: effect<unknown>(),
  },
}).createMachine({
  id: 'supervisor',
  context: ({ input }) => ({ ...input, fault: null }),
  initial: 'starting',
  states: {
    starting: {
      invoke: {
        id: 'reconcile',
        src: 'reconcile',
        input: ({ context }) => ({ subject: context.subject }),
        onDone: 'ready',
        onError: { target: 'draining', actions: assign({ fault: ({ event }) => faultOf(event as object) }) },
      },
    },
    ready: { tags: 'waiting', on: { FREEZE: 'freezing', DRAIN: 'draining' } },
    freezing: {
      invoke: {
        id: 'freeze',
        src: 'freeze',
        input: ({ context }) => ({ subject: context.subject }),
        onDone: 'frozen',
        onError: 'frozen',
      },
    },
    frozen: { tags: 'waiting', on: { THAW: 'starting', DRAIN: 'draining' } },
    draining: {
      invoke: {
        id: 'drain',
        src: 'drain',
        input: ({ context }) => ({ subject: context.subject }),
        onDone: 'stopped',
        onError: 'stopped',
      },
    },
    stopped: { type: 'final' },
  },
});
