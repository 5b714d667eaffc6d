import type { FaultRecord } from '../../../base/fault.ts';
import type { Runner } from '../../specialists/work-result.ts';
import type { TokenUsage } from '../../spending/token-usage.ts';

/** Agents that think: what they were asked, what they used, how it ended. What was said stands in transcripts. */
export interface SpecialistRows {
  /** [`conversation:<conversation>`] `tree`: the slot's files when it began; what the work changed is compared with them. */
  'conversation.opened': {
    readonly conversation: string;
    /** Null where no step asks: a plan, a review. */
    readonly task: string | null;
    readonly agent: string;
    readonly runner: Exclude<Runner, 'program'>;
    readonly taskType: string;
    readonly tools: readonly string[];
    readonly tree: string | null;
  };
  /** [`resumed:<conversation>`] It goes on where it stood: `nOpen` calls were asked for and not answered. */
  'conversation.resumed': {
    readonly conversation: string;
    readonly attempt: string;
    readonly nTurns: number;
    readonly nOpen: number;
  };
  /** [`paused:<conversation>`] It waits for a person; the same conversation goes on when the run is resumed. */
  'conversation.paused': {
    readonly conversation: string;
    readonly attempt: string;
    readonly nTurns: number;
    readonly fault: FaultRecord;
  };
  /** [`told:<conversation>:<about>`] What the agent was told by us, not by a person. */
  'conversation.told': {
    readonly conversation: string;
    readonly about: 'loop' | 'silence';
    readonly sentence: string;
  };
  /**
   * [`ended:<conversation>`] What it says of itself is a claim; `paths` are what the store saw.
   */
  'conversation.ended': {
    readonly conversation: string;
    readonly agent: string;
    readonly runner: Exclude<Runner, 'program'>;
    readonly outcome: 'done' | 'nothing';
    readonly paths: readonly string[];
    readonly nTurns: number;
    readonly provider: string | null;
    readonly model: string | null;
    readonly usage: TokenUsage;
    readonly costMicroUsd: number | null;
    readonly costIs: 'paid' | 'list-price' | 'unknown';
  };
  /** [`tool:<conversation>:<call>`] A tool that changes something or is an action was used; the effect's own rows are beside it. */
  'tool.used': {
    readonly conversation: string;
    readonly call: string;
    readonly tool: string;
    readonly sentence: string;
    readonly isError: boolean;
  };
  /** [`tool:<conversation>:<call>`] An agent asked for what it may not do, or for a tool that there is not; nothing was done. */
  'tool.refused': {
    readonly conversation: string;
    readonly call: string;
    readonly tool: string;
    readonly why: string;
  };
  /** A question that would have made agents wait for each other for ever was refused; `waits`: whom the asked one waits for, in turn. */
  'agents.parted': { readonly asker: string; readonly asked: string; readonly waits: readonly string[] };
}
