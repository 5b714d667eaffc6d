import { assign, setup } from 'xstate';

import type { FaultCode, FaultRecord } from '../../base/fault.ts';
import { effect, faultOf, timeOf } from './effect.ts';

export interface TaskContext {
  readonly subject: string;
  readonly attempt: number;
  readonly maxAttempts: number;
  /** When a retry is due, in milliseconds since 1970; timers do not survive a restart, due times do. */
  readonly dueAtMs: number;
  readonly fault: FaultRecord | null;
}

export type TaskEvent =
  /** All steps that it needs are done. */
  | { type: 'START' }
  /** Its `when` does not hold, or there is nothing to do it for. */
  | { type: 'SKIP' }
  | { type: 'RESUME' }
  /** It is dead beyond doubt, and another slot takes over. */
  | { type: 'FAILOVER' }
  | { type: 'CANCEL' };

/** Faults after which the same try may go better; everything else would fail again. */
const passing: readonly FaultCode[] = [
  'INDEX_UNREACHABLE',
  'PROCESS_TIMEOUT',
  'GIT_TIMEOUT',
  'PORT_TAKEN',
  'PROCESS_FAILED',
  'ATTEMPT_DIED',
];
/** Faults that only a person can clear. */
const needsPerson: readonly FaultCode[] = [
  'TREE_TAMPERED',
  'TREE_REFUSED',
  'DISK_FULL',
  'WAITING_FOR_PERSON',
  'BUS_NO_ANSWER',
  // Nobody to ask, or no money for it: the conversation goes on from where it is.
  'BUDGET_REACHED',
  'MODEL_NONE',
  'MODEL_FAILED',
  'MODEL_KEY_MISSING',
  'MODEL_PRICE_UNKNOWN',
  'AGENT_TURNS',
  'AGENT_LOOPS',
  'AGENT_SILENT',
  // Its files are in the slot: it goes on from them.
  'AGENT_PROGRAM_FAILED',
  'AGENT_PROGRAM_LOGIN',
  'AGENT_PROGRAM_MISSING',
];

/** Returns how long a retry waits after the try of that number, in milliseconds. */
export const backoffMs = (attempt: number): number => 1_000 * 2 ** (attempt - 1);

/**
 * One step of a run. `executing` runs again after a restart with the same attempt id, so its effects
 * carry that id as idempotency key. Waiting states: `waiting`, `retrying` (until `dueAtMs`), `parked` (a person).
 */
export const taskMachine = setup({
  types: {
    context: {} as TaskContext,
    events: {} as TaskEvent,
    input: {} as { subject: string; maxAttempts: number },
    tags: {} as 'waiting',
  },
  actors: {
    lease: effect<{ slot: string; port: number }>(),
    spawn: effect<{ attempt: string }>(),
    execute: effect<unknown>(),
    capture: effect<{ tree: string | null }>(),
    verify: effect<unknown>(),
    waitUntil: effect<unknown>(),
    compensate: effect<unknown>(),
  },
  guards: {
    isPassing: ({ context, event }) =>
      passing.includes(faultOf(event as object).code) && context.attempt < context.maxAttempts,
    isDead: ({ event }) => faultOf(event as object).code === 'ATTEMPT_DIED',
    needsPerson: ({ event }) => needsPerson.includes(faultOf(event as object).code),
  },
  actions: {
    rememberFault: assign({ fault: ({ event }) => faultOf(event as object) }),
    setDue: assign({ dueAtMs: ({ context, event }) => timeOf(event) + backoffMs(context.attempt) }),
    nextAttempt: assign({ attempt: ({ context }) => context.attempt + 1, fault: null }),
  },
}).createMachine({
  id: 'task',
  context: ({ input }) => ({ ...input, attempt: 1, dueAtMs: 0, fault: null }),
  initial: 'waiting',
  states: {
    waiting: { tags: 'waiting', on: { START: 'leasing', SKIP: 'skipped', CANCEL: 'failed' } },
    leasing: {
      invoke: {
        id: 'lease',
        src: 'lease',
        input: ({ context }) => ({ subject: context.subject }),
        onDone: 'spawning',
        onError: { target: 'compensating', actions: 'rememberFault' },
      },
      on: { CANCEL: 'compensating' },
    },
    spawning: {
      invoke: {
        id: 'spawn',
        src: 'spawn',
        input: ({ context }) => ({ subject: context.subject }),
        onDone: 'executing',
        onError: [
          { guard: 'needsPerson', target: 'parked', actions: 'rememberFault' },
          { target: 'compensating', actions: 'rememberFault' },
        ],
      },
      on: { CANCEL: 'compensating' },
    },
    executing: {
      invoke: {
        id: 'execute',
        src: 'execute',
        input: ({ context }) => ({ subject: context.subject }),
        onDone: 'capturing',
        onError: [
          { guard: 'needsPerson', target: 'parked', actions: 'rememberFault' },
          { guard: 'isPassing', target: 'retrying', actions: ['rememberFault', 'setDue'] },
          // No try is left, but its files are kept: another slot may go on with them.
          { guard: 'isDead', target: 'parked', actions: 'rememberFault' },
          { target: 'compensating', actions: 'rememberFault' },
        ],
      },
      on: { CANCEL: 'compensating', FAILOVER: { target: 'spawning', actions: 'nextAttempt' } },
    },
    capturing: {
      invoke: {
        id: 'capture',
        src: 'capture',
        input: ({ context }) => ({ subject: context.subject }),
        onDone: 'verifying',
        onError: [
          { guard: 'needsPerson', target: 'parked', actions: 'rememberFault' },
          { target: 'compensating', actions: 'rememberFault' },
        ],
      },
      on: { CANCEL: 'compensating' },
    },
    verifying: {
      invoke: {
        id: 'verify',
        src: 'verify',
        input: ({ context }) => ({ subject: context.subject }),
        onDone: 'done',
        onError: [
          { guard: 'needsPerson', target: 'parked', actions: 'rememberFault' },
          { target: 'compensating', actions: 'rememberFault' },
        ],
      },
      on: { CANCEL: 'compensating' },
    },
    retrying: {
      tags: 'waiting',
      invoke: {
        id: 'waitUntil',
        src: 'waitUntil',
        input: ({ context }) => ({ subject: context.subject, dueAtMs: context.dueAtMs }),
        onDone: { target: 'spawning', actions: 'nextAttempt' },
      },
      on: { RESUME: { target: 'spawning', actions: 'nextAttempt' }, CANCEL: 'compensating' },
    },
    parked: {
      tags: 'waiting',
      on: { RESUME: { target: 'spawning', actions: 'nextAttempt' }, CANCEL: 'compensating' },
    },
    compensating: {
      invoke: {
        id: 'compensate',
        src: 'compensate',
        input: ({ context }) => ({ subject: context.subject }),
        onDone: 'failed',
        onError: 'failed',
      },
    },
    done: { type: 'final' },
    skipped: { type: 'final' },
    failed: { type: 'final' },
  },
});
