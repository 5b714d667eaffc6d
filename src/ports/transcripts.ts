import type { Message } from '../domain/conversations/message.ts';

/** One line of a transcript. */
export interface TranscriptLine {
  readonly atMs: number;
  readonly message: Message | { readonly role: 'note'; readonly text: string };
}

/**
 * What was said, one file a conversation below the state folder, mode 0600, secrets redacted before they are written. A line is on the
 * disk when `append` resolves; a torn last line is left out when it is read. Faults: `TRANSCRIPT_UNREADABLE`.
 */
export interface Transcripts {
  append(conversation: string, message: TranscriptLine['message']): Promise<void>;
  /** Empty where nothing was said yet. */
  read(conversation: string): Promise<readonly TranscriptLine[]>;
  list(run: string): Promise<readonly string[]>;
}
