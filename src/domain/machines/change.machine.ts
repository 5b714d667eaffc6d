import { assign, setup } from 'xstate';

import type { FaultRecord } from '../../base/fault.ts';
import { effect, faultOf } from './effect.ts';

export interface ChangeContext {
  readonly subject: string;
  readonly fault: FaultRecord | null;
}

export type ChangeEvent =
  /** It was drafted, for the first time or again. */
  | { type: 'CHECK' }
  | { type: 'APPROVE' }
  | { type: 'REJECT'; fault: FaultRecord }
  | { type: 'REQUEST_CHANGES' }
  | { type: 'ENQUEUE' }
  /** Look again: a touched path may be clean now, the disk may have room. */
  | { type: 'RETRY' }
  /** The same work was submitted again: another change takes its place. */
  | { type: 'SUPERSEDE'; fault?: FaultRecord }
  | { type: 'ABANDON' };

export type GateOutput =
  | { readonly kind: 'proven' }
  | { readonly kind: 'conflict'; readonly fault: FaultRecord }
  | { readonly kind: 'failed'; readonly fault: FaultRecord };
/** `approved`: a rule or a standing approval of exactly this tree suffices; `ask`: a person decides. */
export type ReviewOutput = { readonly kind: 'approved' } | { readonly kind: 'ask' };
export type AdmitOutput =
  | { readonly kind: 'go' }
  | { readonly kind: 'moved' }
  | { readonly kind: 'hold'; readonly fault: FaultRecord };
export type MergeOutput = { readonly kind: 'merged' } | { readonly kind: 'moved' };
export type SwitchOutput = { readonly kind: 'verified' } | { readonly kind: 'reverted'; readonly fault: FaultRecord };

/**
 * What one tree proposes within one run. Waiting states: `reviewing.deciding` (a person),
 * `queued.holding` (home's touched paths, another change), `mergeHeld` (a merge that failed half-way), `switchHeld`
 * (merged, but production could not be brought there), `conflicted`, `changesRequested`. `merging` and `merged` finish by
 * the same routine after a kill and cannot be cancelled; `mergeHeld` only while the branch has not moved: the engine looks.
 */
export const changeMachine = setup({
  types: {
    context: {} as ChangeContext,
    events: {} as ChangeEvent,
    input: {} as { subject: string },
    tags: {} as 'waiting',
  },
  actors: {
    check: effect<unknown>(),
    gate: effect<GateOutput>(),
    review: effect<ReviewOutput>(),
    admit: effect<AdmitOutput>(),
    merge: effect<MergeOutput>(),
    switch: effect<SwitchOutput>(),
  },
  actions: {
    rememberError: assign({ fault: ({ event }) => faultOf(event as object) }),
    rememberFault: assign({
      fault: ({ event }) => ('fault' in event ? (event.fault as FaultRecord) : null),
    }),
    rememberOutputFault: assign({
      fault: ({ event }) => (event as unknown as { output: { fault: FaultRecord } }).output.fault,
    }),
    forgetFault: assign({ fault: null }),
  },
}).createMachine({
  id: 'change',
  context: ({ input }) => ({ ...input, fault: null }),
  initial: 'drafted',
  states: {
    drafted: {
      on: { CHECK: 'checking', SUPERSEDE: { target: 'superseded', actions: 'rememberFault' }, ABANDON: 'abandoned' },
    },
    checking: {
      invoke: {
        id: 'check',
        src: 'check',
        input: ({ context }) => ({ subject: context.subject }),
        onDone: 'gating',
        onError: { target: 'rejected', actions: 'rememberError' },
      },
      on: { SUPERSEDE: { target: 'superseded', actions: 'rememberFault' }, ABANDON: 'abandoned' },
    },
    gating: {
      invoke: {
        id: 'gate',
        src: 'gate',
        input: ({ context }) => ({ subject: context.subject }),
        onDone: [
          { guard: ({ event }) => event.output.kind === 'proven', target: 'reviewing' },
          {
            guard: ({ event }) => event.output.kind === 'conflict',
            target: 'conflicted',
            actions: 'rememberOutputFault',
          },
          { target: 'rejected', actions: 'rememberOutputFault' },
        ],
        onError: { target: 'rejected', actions: 'rememberError' },
      },
      on: { SUPERSEDE: { target: 'superseded', actions: 'rememberFault' }, ABANDON: 'abandoned' },
    },
    reviewing: {
      initial: 'asking',
      states: {
        asking: {
          invoke: {
            id: 'review',
            src: 'review',
            input: ({ context }) => ({ subject: context.subject }),
            onDone: [
              { guard: ({ event }) => event.output.kind === 'approved', target: '#change.approved' },
              { target: 'deciding' },
            ],
            onError: { target: '#change.rejected', actions: 'rememberError' },
          },
        },
        deciding: {
          tags: 'waiting',
          on: {
            APPROVE: '#change.approved',
            REQUEST_CHANGES: '#change.changesRequested',
            CHECK: { target: '#change.checking', actions: 'forgetFault' },
          },
        },
      },
      on: {
        REJECT: { target: 'rejected', actions: 'rememberFault' },
        SUPERSEDE: { target: 'superseded', actions: 'rememberFault' },
        ABANDON: 'abandoned',
      },
    },
    changesRequested: {
      tags: 'waiting',
      on: {
        CHECK: { target: 'checking', actions: 'forgetFault' },
        REJECT: { target: 'rejected', actions: 'rememberFault' },
        SUPERSEDE: { target: 'superseded', actions: 'rememberFault' },
        ABANDON: 'abandoned',
      },
    },
    conflicted: {
      tags: 'waiting',
      on: {
        RETRY: { target: 'gating', actions: 'forgetFault' },
        CHECK: { target: 'checking', actions: 'forgetFault' },
        REJECT: { target: 'rejected', actions: 'rememberFault' },
        SUPERSEDE: { target: 'superseded', actions: 'rememberFault' },
        ABANDON: 'abandoned',
      },
    },
    approved: {
      on: { ENQUEUE: 'queued', SUPERSEDE: { target: 'superseded', actions: 'rememberFault' }, ABANDON: 'abandoned' },
    },
    queued: {
      initial: 'asking',
      states: {
        asking: {
          invoke: {
            id: 'admit',
            src: 'admit',
            input: ({ context }) => ({ subject: context.subject }),
            onDone: [
              { guard: ({ event }) => event.output.kind === 'go', target: '#change.merging', actions: 'forgetFault' },
              { guard: ({ event }) => event.output.kind === 'moved', target: '#change.regating' },
              { target: 'holding', actions: 'rememberOutputFault' },
            ],
            onError: { target: 'holding', actions: 'rememberError' },
          },
        },
        holding: {
          tags: 'waiting',
          on: { RETRY: 'asking', CHECK: { target: '#change.checking', actions: 'forgetFault' } },
        },
      },
      on: {
        REJECT: { target: 'rejected', actions: 'rememberFault' },
        SUPERSEDE: { target: 'superseded', actions: 'rememberFault' },
        ABANDON: 'abandoned',
      },
    },
    regating: {
      invoke: {
        id: 'gate',
        src: 'gate',
        input: ({ context }) => ({ subject: context.subject }),
        onDone: [
          { guard: ({ event }) => event.output.kind === 'proven', target: 'reviewing' },
          {
            guard: ({ event }) => event.output.kind === 'conflict',
            target: 'conflicted',
            actions: 'rememberOutputFault',
          },
          { target: 'rejected', actions: 'rememberOutputFault' },
        ],
        onError: { target: 'rejected', actions: 'rememberError' },
      },
      on: { SUPERSEDE: { target: 'superseded', actions: 'rememberFault' }, ABANDON: 'abandoned' },
    },
    merging: {
      invoke: {
        id: 'merge',
        src: 'merge',
        input: ({ context }) => ({ subject: context.subject }),
        onDone: [{ guard: ({ event }) => event.output.kind === 'merged', target: 'merged' }, { target: 'regating' }],
        onError: { target: 'mergeHeld', actions: 'rememberError' },
      },
    },
    mergeHeld: {
      tags: 'waiting',
      on: {
        RETRY: { target: 'merging', actions: 'forgetFault' },
        REJECT: { target: 'rejected', actions: 'rememberFault' },
        ABANDON: 'abandoned',
      },
    },
    merged: {
      invoke: {
        id: 'switch',
        src: 'switch',
        input: ({ context }) => ({ subject: context.subject }),
        onDone: [
          { guard: ({ event }) => event.output.kind === 'verified', target: 'verified' },
          { target: 'reverted', actions: 'rememberOutputFault' },
        ],
        onError: { target: 'switchHeld', actions: 'rememberError' },
      },
    },
    switchHeld: { tags: 'waiting', on: { RETRY: { target: 'merged', actions: 'forgetFault' } } },
    verified: { type: 'final' },
    reverted: { type: 'final' },
    rejected: { type: 'final' },
    superseded: { type: 'final' },
    abandoned: { type: 'final' },
  },
});
