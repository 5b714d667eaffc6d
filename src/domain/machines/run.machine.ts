import { assign, setup } from 'xstate';

import type { FaultRecord } from '../../base/fault.ts';
import { effect, faultOf } from './effect.ts';

export interface RunContext {
  readonly subject: string;
  /** The person asked only to see the plan. */
  readonly previewOnly: boolean;
  readonly fault: FaultRecord | null;
  /** It is paused before its plan: going on means planning again. */
  readonly isUnplanned?: boolean;
}

export type RunEvent =
  | { type: 'APPROVE' }
  | { type: 'REJECT' }
  | { type: 'CANCEL' }
  | { type: 'RESUME' }
  /** A person gives back the slot that they worked in. */
  | { type: 'CLOSE' }
  /** Every step is done and the slot differs from its base. */
  | { type: 'TASKS_DONE' }
  /** Every step is done and nothing differs. */
  | { type: 'NOTHING_CHANGED' }
  /** The last step that was asked for (`--until`) is done. */
  | { type: 'UNTIL_REACHED' }
  | { type: 'TASK_FAILED'; fault: FaultRecord }
  | { type: 'TASK_PARKED'; fault: FaultRecord }
  | { type: 'CHANGE_APPROVED' }
  | { type: 'CHANGE_REOPENED' }
  | { type: 'CHANGE_REJECTED'; fault: FaultRecord }
  | { type: 'CHANGE_MERGED' }
  | { type: 'CHANGE_VERIFIED' }
  | { type: 'CHANGE_REVERTED'; fault: FaultRecord };

/** What keeps a model from planning may be over later: money, a key, a provider that is down. No row from before models has one of these. */
const isForLater = ({ code }: FaultRecord): boolean =>
  ['MODEL_FAILED', 'MODEL_KEY_MISSING', 'MODEL_PRICE_UNKNOWN', 'BUDGET_REACHED'].includes(code);

/** What `preview` reports. `execute`: go on; `ask`: a cap is exceeded; `submit`: there are no steps, the change exists already. */
export interface PreviewOutput {
  readonly next: 'execute' | 'ask' | 'submit';
}

/**
 * One execution of a goal. Waiting states: `awaitingApproval` (a person), `reviewing` (the change's
 * review), `merging` (the change's turn), `paused` (a person).
 */
export const runMachine = setup({
  types: {
    context: {} as RunContext,
    events: {} as RunEvent,
    input: {} as { subject: string; previewOnly: boolean },
    tags: {} as 'waiting',
  },
  actors: { preview: effect<PreviewOutput>() },
  guards: {
    isUnplanned: ({ context }) => context.isUnplanned === true,
    isPreviewOnly: ({ context }) => context.previewOnly,
  },
  actions: {
    rememberError: assign({ fault: ({ event }) => faultOf(event as object) }),
    rememberFault: assign({
      fault: ({ event }) => ('fault' in event ? (event.fault as FaultRecord) : null),
    }),
    forgetFault: assign({ fault: null }),
    beginAgain: assign({ fault: null, isUnplanned: false }),
    holdUnplanned: assign({ fault: ({ event }) => faultOf(event as object), isUnplanned: true }),
  },
}).createMachine({
  id: 'run',
  context: ({ input }) => ({ ...input, fault: null }),
  initial: 'previewing',
  states: {
    previewing: {
      invoke: {
        id: 'preview',
        src: 'preview',
        input: ({ context }) => ({ subject: context.subject }),
        onDone: [
          { guard: 'isPreviewOnly', target: 'done' },
          { guard: ({ event }) => event.output.next === 'ask', target: 'awaitingApproval' },
          { guard: ({ event }) => event.output.next === 'submit', target: 'reviewing' },
          { target: 'executing' },
        ],
        onError: [
          { guard: ({ event }) => isForLater(faultOf(event)), target: 'paused', actions: 'holdUnplanned' },
          { target: 'failed', actions: 'rememberError' },
        ],
      },
      on: { CANCEL: 'cancelled' },
    },
    awaitingApproval: {
      tags: 'waiting',
      on: { APPROVE: 'executing', REJECT: 'cancelled', CANCEL: 'cancelled' },
    },
    executing: {
      on: {
        TASKS_DONE: 'reviewing',
        NOTHING_CHANGED: 'done',
        UNTIL_REACHED: 'paused',
        TASK_FAILED: { target: 'failed', actions: 'rememberFault' },
        TASK_PARKED: { target: 'paused', actions: 'rememberFault' },
        CANCEL: 'cancelled',
      },
    },
    reviewing: {
      tags: 'waiting',
      on: {
        CHANGE_APPROVED: 'merging',
        CHANGE_REJECTED: { target: 'failed', actions: 'rememberFault' },
        CANCEL: 'cancelled',
      },
    },
    merging: {
      tags: 'waiting',
      on: {
        CHANGE_MERGED: 'verifying',
        CHANGE_REOPENED: 'reviewing',
        CHANGE_REJECTED: { target: 'failed', actions: 'rememberFault' },
        CANCEL: 'cancelled',
      },
    },
    verifying: {
      on: {
        CHANGE_VERIFIED: 'done',
        CHANGE_REVERTED: { target: 'rolledBack', actions: 'rememberFault' },
      },
    },
    paused: {
      tags: 'waiting',
      on: {
        RESUME: [
          { guard: 'isUnplanned', target: 'previewing', actions: 'beginAgain' },
          { target: 'executing', actions: 'forgetFault' },
        ],
        CLOSE: 'done',
        CANCEL: 'cancelled',
      },
    },
    done: { type: 'final' },
    failed: { type: 'final' },
    cancelled: { type: 'final' },
    rolledBack: { type: 'final' },
  },
});
