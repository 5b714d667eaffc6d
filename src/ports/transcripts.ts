import type { Message } from '../domain/conversations/message.ts';
import type { TokenUsage } from '../domain/spending/token-usage.ts';

/** Who answered, beside a message of a model. */
export interface AnsweredBy {
  readonly provider: string;
  readonly model: string;
  readonly usage: TokenUsage;
  readonly costMicroUsd: number | null;
  /** `length`: it was cut, and its last call may be half of one. */
  readonly stop: 'end' | 'tools' | 'length' | 'refused';
}

/** One line of a transcript. */
export interface TranscriptLine {
  readonly atMs: number;
  readonly message: Message | { readonly role: 'note'; readonly text: string };
  readonly by?: AnsweredBy;
}

/**
 * What was said, one file a conversation below the state folder, mode 0600, secrets redacted before they are written. A line is on the
 * disk when `append` resolves; a torn last line is left out when it is read. Faults: `TRANSCRIPT_UNREADABLE`.
 */
export interface Transcripts {
  append(conversation: string, message: TranscriptLine['message'], by?: AnsweredBy): Promise<void>;
  /** Empty where nothing was said yet. */
  read(conversation: string): Promise<readonly TranscriptLine[]>;
  list(run: string): Promise<readonly string[]>;
}
