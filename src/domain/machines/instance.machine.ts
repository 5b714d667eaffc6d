import { assign, setup } from 'xstate';

import type { FaultRecord } from '../../base/fault.ts';
import { effect, faultOf } from './effect.ts';

export interface InstanceContext {
  readonly subject: string;
  readonly fault: FaultRecord | null;
}

export type InstanceEvent =
  | { type: 'START' }
  | { type: 'STOP' }
  /** It answered a probe. */
  | { type: 'ANSWERED' }
  /** It did not answer a probe in time, its process lives. */
  | { type: 'SILENT' }
  /** Its process is gone. */
  | { type: 'GONE'; fault: FaultRecord };

/**
 * A runnable service composed from a tree. `stopped` is where it begins and ends: an instance that
 * was proven dead can be started again under the same id only by production.
 */
export const instanceMachine = setup({
  types: {
    context: {} as InstanceContext,
    events: {} as InstanceEvent,
    input: {} as { subject: string },
    tags: {} as 'waiting' | 'up',
  },
  actors: {
    start: effect<unknown>(),
    stop: effect<unknown>(),
  },
  actions: {
    rememberError: assign({ fault: ({ event }) => faultOf(event as object) }),
    rememberFault: assign({
      fault: ({ event }) => ('fault' in event ? (event.fault as FaultRecord) : null),
    }),
    forgetFault: assign({ fault: null }),
  },
}).createMachine({
  id: 'instance',
  context: ({ input }) => ({ ...input, fault: null }),
  initial: 'stopped',
  states: {
    stopped: { tags: 'waiting', on: { START: { target: 'starting', actions: 'forgetFault' } } },
    starting: {
      invoke: {
        id: 'start',
        src: 'start',
        input: ({ context }) => ({ subject: context.subject }),
        onDone: 'healthy',
        onError: { target: 'stopping', actions: 'rememberError' },
      },
      on: { STOP: 'stopping' },
    },
    healthy: {
      tags: ['waiting', 'up'],
      on: {
        SILENT: 'degraded',
        GONE: { target: 'stopping', actions: 'rememberFault' },
        STOP: 'stopping',
      },
    },
    degraded: {
      tags: ['waiting', 'up'],
      on: {
        ANSWERED: 'healthy',
        SILENT: 'unresponsive',
        GONE: { target: 'stopping', actions: 'rememberFault' },
        STOP: 'stopping',
      },
    },
    unresponsive: {
      tags: ['waiting', 'up'],
      on: {
        ANSWERED: 'healthy',
        GONE: { target: 'stopping', actions: 'rememberFault' },
        STOP: 'stopping',
      },
    },
    stopping: {
      invoke: {
        id: 'stop',
        src: 'stop',
        input: ({ context }) => ({ subject: context.subject }),
        onDone: 'stopped',
        onError: 'stopped',
      },
    },
  },
});
