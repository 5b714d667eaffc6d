import { noUsage } from '../spending/cost.ts';
import { plusUsage } from '../spending/plus-usage.ts';
import type { TokenUsage } from '../spending/token-usage.ts';
import type { AgentEvent } from './agent-event.ts';

/** What the events of a program come to. */
export interface ProgramTally {
  readonly session: string | null;
  readonly model: string | null;
  /** The last thing that it said. */
  readonly lastText: string;
  readonly turns: number;
  readonly nTools: number;
  readonly usage: TokenUsage;
  /** Null while no event names a cost. */
  readonly costMicroUsd: number | null;
  /** Why it says that it failed. */
  readonly failure: string | null;
  readonly nUnread: number;
}

export const emptyTally: ProgramTally = {
  session: null,
  model: null,
  lastText: '',
  turns: 0,
  nTools: 0,
  usage: noUsage,
  costMicroUsd: null,
  failure: null,
  nUnread: 0,
};

/** Returns the tally with one event more. */
export function tallied(before: ProgramTally, event: AgentEvent): ProgramTally {
  switch (event.kind) {
    case 'began':
      return { ...before, session: event.session, model: event.model ?? before.model };
    case 'text':
      return { ...before, lastText: event.text };
    case 'tool':
      return { ...before, nTools: before.nTools + 1 };
    case 'turn':
      return {
        ...before,
        turns: before.turns + 1,
        model: event.model ?? before.model,
        usage: plusUsage(before.usage, event.usage),
        costMicroUsd:
          event.costMicroUsd === null ? before.costMicroUsd : (before.costMicroUsd ?? 0) + event.costMicroUsd,
      };
    case 'sums':
      return {
        ...before,
        usage: event.usage ?? before.usage,
        turns: event.turns ?? before.turns,
        costMicroUsd: event.costMicroUsd ?? before.costMicroUsd,
      };
    case 'failed':
      return { ...before, failure: event.why };
    case 'unread':
      return { ...before, nUnread: before.nUnread + 1 };
    case 'walled':
    case 'tool-result':
    case 'ended':
      return before;
  }
}
