import type { Spoken } from './served.ts';

type Fields = Record<string, unknown>;

interface Rewriting {
  readonly served: Spoken;
  /** The call that is answered. */
  readonly body: Readonly<Fields>;
  readonly write: (text: string) => void;
}

/** Writes a stream on, with what the script says laid over it. Returns false where the stream broke off. */
export async function rewriteStream(answered: Response, { served, body, write }: Rewriting): Promise<boolean> {
  if (answered.body === null) return true;
  const isStream = answered.headers.get('content-type')?.includes('event-stream') ?? false;
  if (!isStream) {
    write(await answered.text());
    return true;
  }
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const part of answered.body) {
      rest += decoder.decode(part, { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      write(lines.map((line) => `${rewriteLine(line, served, body)}\n`).join(''));
    }
  } catch {
    return false;
  }
  write(rest);
  return true;
}

function rewriteLine(line: string, served: Spoken, body: Readonly<Fields>): string {
  if (line === 'event: response.completed' && incomplete(served) !== undefined) return 'event: response.incomplete';
  if (!line.startsWith('data: {')) return line;
  const event = JSON.parse(line.slice('data: '.length)) as Fields;
  layEnding(event, served);
  layUsage(event, served.usage, body);
  let text = JSON.stringify(event);
  for (const { arguments: written } of served.calls ?? [])
    if (standIn(written) !== written) text = text.replaceAll(quotedInside(standIn(written)), quotedInside(written));
  return `data: ${text}`;
}

/** aimock ends an answer of Anthropic or of Responses as whole, whatever the script says. */
function layEnding(event: Fields, served: Spoken): void {
  if (event['type'] === 'message_delta' && served.finish === 'content_filter')
    (event['delta'] as Fields)['stop_reason'] = 'refusal';
  const reason = incomplete(served);
  if (event['type'] !== 'response.completed' || reason === undefined) return;
  event['type'] = 'response.incomplete';
  Object.assign(event['response'] as Fields, { status: 'incomplete', incomplete_details: { reason } });
}

function incomplete({ finish }: Spoken): string | undefined {
  if (finish === 'length') return 'max_output_tokens';
  return finish === 'content_filter' ? finish : undefined;
}

/** A text as it stands within a JSON string. */
const quotedInside = (text: string): string => JSON.stringify(text).slice(1, -1);

function layUsage(event: Fields, usage: Spoken['usage'], body: Readonly<Fields>): void {
  if (usage === undefined) return;
  switch (event['type']) {
    case 'message_start':
      (event['message'] as Fields)['usage'] = { ...usage, output_tokens: 1 };
      return;
    case 'message_delta':
      event['usage'] = { output_tokens: usage['output_tokens'] ?? 0 };
      return;
    case 'response.completed':
    case 'response.incomplete':
      (event['response'] as Fields)['usage'] = usage;
      return;
    default:
      layChatUsage(event, usage, body);
  }
}

/** Who is not asked for usage, as GLM is not, tells it with the last piece. */
function layChatUsage(event: Fields, usage: NonNullable<Spoken['usage']>, body: Readonly<Fields>): void {
  if (event['object'] !== 'chat.completion.chunk') return;
  const choices = event['choices'] as readonly Fields[];
  const isLast = choices.some((choice) => choice['finish_reason'] !== null);
  if (event['usage'] || (isLast && body['stream_options'] === undefined)) event['usage'] = usage;
}

/** aimock takes JSON only: what is none goes through it as JSON that stands for it. */
export function standIn(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify({ standsFor: text });
  }
}
