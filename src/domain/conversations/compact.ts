import type { Message, ToolResult } from './message.ts';

/** Shares of the model's window: past `high` older results are shortened until the rest is below `low`, so that it happens seldom. */
const high = 0.6;
const low = 0.35;
/** The newest messages stay as they are, whatever they take. */
const keptMessages = 6;
/** A result shorter than this is not worth shortening. */
const shortChars = 400;

export interface Compacted {
  readonly messages: readonly Message[];
  /** Results that were shortened. */
  readonly nShortened: number;
  /** Tokens of what is sent, guessed. */
  readonly tokens: number;
}

/**
 * Returns a conversation as it is sent to a model of that window: what tools answered long ago is shortened to its beginning, with a note.
 * What is sent depends on the messages alone, and once shortened stays so: a beginning that was sent before is sent again byte for byte
 * until the next time that the window runs short, and a cache holds it. The transcript keeps everything.
 */
export function compact(
  messages: readonly Message[],
  { windowTokens, fixedTokens }: { readonly windowTokens: number; readonly fixedTokens: number },
): Compacted {
  const sent: Message[] = [];
  const sizes: number[] = [];
  let tokens = fixedTokens;
  let nShortened = 0;
  for (const message of messages) {
    sent.push(message);
    sizes.push(tokensOfMessage(message));
    tokens += sizes.at(-1) ?? 0;
    // Only where a model is asked next: in between nothing is sent.
    if (message.role === 'model' || tokens <= windowTokens * high) continue;
    for (let at = 0; at < sent.length - keptMessages && tokens > windowTokens * low; at += 1) {
      const before = sent[at];
      if (before?.role !== 'tools') continue;
      const results = before.results.map(shortened);
      const nNew = results.filter((result, index) => result !== before.results[index]).length;
      if (nNew === 0) continue;
      const after: Message = { role: 'tools', results };
      nShortened += nNew;
      tokens -= sizes[at] ?? 0;
      sent[at] = after;
      sizes[at] = tokensOfMessage(after);
      tokens += sizes[at] ?? 0;
    }
  }
  return { messages: sent, nShortened, tokens };
}

function shortened(result: ToolResult): ToolResult {
  const { text } = result;
  if (text.length <= shortChars) return result;
  const nLeftOut = text.length - shortChars / 2;
  const note = `[${nLeftOut} more characters were left out to save room: ask the tool again if you need them]`;
  return { ...result, text: `${text.slice(0, shortChars / 2)}\n${note}` };
}

/** Characters to a token, on the safe side: prose has about 4, code and JSON 3 to 3.5. */
const charsPerToken = 3;

/** Returns how many tokens a text takes, guessed. */
export const estimatedTokens = (text: string): number => Math.ceil(text.length / charsPerToken);

function tokensOfMessage(message: Message): number {
  switch (message.role) {
    case 'user':
      return estimatedTokens(message.text);
    case 'model':
      return estimatedTokens(
        [message.text, ...message.calls.map((call) => `${call.name}${call.arguments}`)].join('') +
          (message.opaque === undefined ? '' : JSON.stringify(message.opaque)),
      );
    case 'tools':
      return estimatedTokens(message.results.map(({ text }) => text).join(''));
  }
}
