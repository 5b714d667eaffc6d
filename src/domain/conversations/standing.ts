import type { Message, ToolCall } from './message.ts';

/** What is known of a line of a transcript; see `ports/transcripts.ts`. */
interface Line {
  readonly message: Message | { readonly role: 'note'; readonly text: string };
  readonly by?: { readonly stop: string };
}

/** Where a conversation stands. */
export interface Standing {
  /** As they are sent: all results of one answer's calls are one message. */
  readonly messages: readonly Message[];
  /** Calls of the last answer that have no result yet, in their order. */
  readonly open: readonly ToolCall[];
  /** The last answer was cut: the last of its calls may be half of one, and is not carried out. */
  readonly isCut: boolean;
  /** Answers of the model so far. */
  readonly nTurns: number;
}

/**
 * Returns where a conversation stands, from its transcript alone: whoever comes after a crash or a pause goes on from there. A result that
 * nothing asked for, or that was written twice, is left out.
 */
export function standingOf(lines: readonly Line[]): Standing {
  const messages: Message[] = [];
  let open: readonly ToolCall[] = [];
  let isCut = false;
  let nTurns = 0;
  for (const { message, by } of lines) {
    if (message.role === 'note') continue;
    if (message.role === 'tools') {
      const results = message.results.filter(({ id }) => open.some((call) => call.id === id));
      open = open.filter(({ id }) => !results.some((result) => result.id === id));
      const last = messages.at(-1);
      if (results.length === 0) continue;
      if (last?.role === 'tools') messages.splice(-1, 1, { role: 'tools', results: [...last.results, ...results] });
      else messages.push({ role: 'tools', results });
      continue;
    }
    if (message.role === 'model') {
      nTurns += 1;
      open = message.calls;
      isCut = by?.stop === 'length';
    }
    messages.push(message);
  }
  return { messages, open, isCut, nTurns };
}
