import type { DeliveryView, MessageView } from '../../../app/views/message-view.ts';
import { countText, listText, timeText } from '../../../app/views/text.ts';
import { bad, dim, good, strong, warn, type Line, type Span } from '../line.ts';
import { table } from './table.ts';

interface Posted {
  readonly id: string;
  readonly to: string;
  readonly state: 'accepted' | 'duplicate' | 'undeliverable';
  readonly mailboxes: readonly string[];
  readonly why: string | null;
  readonly woken: Woken;
}

interface Woken {
  readonly playbooks: readonly string[];
  readonly runs: readonly string[];
  readonly supervisor: 'was there' | 'started' | 'asleep';
}

/** Renders `bus send`. */
export const renderPosted = (posted: Posted): readonly Line[] => [postedLine(posted), ...wokenLines(posted.woken)];

/** Renders `bus answer`. */
export const renderAnswered = (posted: Posted & { readonly done: readonly string[] }): readonly Line[] => [
  ...renderPosted(posted),
  posted.done.length === 0
    ? [dim('The question was over already.')]
    : `The question is done in ${listText(posted.done)}`,
];

/** Renders `bus ask`. */
export const renderAsked = ({ id, answer }: Posted & { readonly answer: MessageView }): readonly Line[] => [
  [strong(answer.id), ` ${answer.from} answered `, strong(id), `: ${answer.subject}`],
  ...bodyLines(answer.body),
];

/** Renders `bus inbox`. */
export const renderInbox = (inbox: {
  readonly mailbox: string;
  readonly messages: readonly DeliveryView[];
  readonly next: string | null;
}): readonly Line[] =>
  inbox.messages.length === 0
    ? [`Nothing waits in ${inbox.mailbox}`]
    : [...deliveryLines(inbox.messages), ...nextLines(inbox.next)];

/** Renders `bus dead`. */
export const renderDead = (dead: {
  readonly messages: readonly DeliveryView[];
  readonly next: string | null;
}): readonly Line[] =>
  dead.messages.length === 0
    ? ['Every message was delivered, or waits for somebody who has the mailbox.']
    : [...deliveryLines(dead.messages), ...nextLines(dead.next)];

/** Renders `bus ack`. */
export const renderAcked = ({ messages }: { readonly messages: readonly DeliveryView[] }): readonly Line[] =>
  messages.map(({ id, mailbox, subject }) => [good('✓ '), strong(id), ` in ${mailbox} is done: ${subject}`]);

/** Renders `bus requeue`. */
export const renderRequeued = (output: {
  readonly messages: readonly DeliveryView[];
  readonly woken: Woken;
}): readonly Line[] => [
  ...output.messages.map(({ id, mailbox, subject }): Line => [strong(id), ` waits again in ${mailbox}: ${subject}`]),
  ...wokenLines(output.woken),
];

/** Renders `bus tail`. */
export const renderMessages = ({ messages }: { readonly messages: readonly MessageView[] }): readonly Line[] =>
  messages.length === 0
    ? ['No messages.']
    : messages.map(({ id, atMs, from, to, kind, subject, inReplyTo }) => [
        strong(id),
        dim(`  ${timeText(atMs)}  `),
        `${from} → ${to}  `,
        kind === 'note' ? '' : dim(`${kind}${inReplyTo === null ? '' : ` to ${inReplyTo}`}  `),
        subject,
      ]);

interface Status {
  readonly mailboxes: readonly {
    readonly mailbox: string;
    readonly waiting: number;
    readonly taken: number;
    readonly acked: number;
    readonly dead: number;
    readonly expired: number;
    readonly undeliverable: number;
    readonly isFull: boolean;
    readonly why: string | null;
  }[];
  readonly topics: readonly {
    readonly topic: string;
    readonly publishers: readonly string[];
    readonly readers: readonly string[];
    readonly playbooks: readonly string[];
    readonly nMessages: number;
  }[];
  readonly refusals: readonly {
    readonly from: string;
    readonly code: string;
    readonly claim: string;
    readonly times: number;
  }[];
}

/** Renders `bus status`. */
export function renderBusStatus({ mailboxes, topics, refusals }: Status): readonly Line[] {
  const counts = mailboxes.map((one): Span[] => [
    strong(one.mailbox),
    ...[one.waiting, one.taken, one.acked].map(String),
    ...[one.dead, one.expired, one.undeliverable].map((n) => (n === 0 ? '0' : bad(String(n)))),
    one.isFull ? bad('full: it takes no more') : one.why === null ? '' : warn(one.why),
  ]);
  return [
    ...(counts.length === 0
      ? ['No mailbox holds anything.']
      : table(['mailbox', 'waiting', 'taken', 'done', 'dead', 'expired', 'undeliverable', ''], counts)),
    '',
    ...table(
      ['topic', 'messages', 'published by', 'read by', 'starts'],
      topics.map((one): Span[] => [
        strong(one.topic),
        String(one.nMessages),
        one.publishers.join(', ') || dim('no tree'),
        one.readers.join(', ') || warn('nobody'),
        one.playbooks.join(', '),
      ]),
    ),
    ...refusals.map(({ from, code, claim, times }): Line => [
      bad('✗ '),
      `refused ${countText(times, 'message')} of ${from}: ${code}, ${claim}`,
    ]),
  ];
}

function postedLine({ id, to, state, mailboxes, why }: Posted): Line {
  switch (state) {
    case 'accepted':
      return [good('✓ '), strong(id), ` lies in ${listText(mailboxes)}`];
    case 'duplicate':
      return [strong(id), ' was sent before with that key; nothing was sent again'];
    case 'undeliverable':
      return [warn('! '), strong(id), ` is kept, and nobody has it: ${why ?? to}`];
  }
}

function wokenLines({ playbooks, runs, supervisor }: Woken): readonly Line[] {
  const waiting = [
    ...(playbooks.length === 0 ? [] : [`starts ${listText(playbooks)}`]),
    ...(runs.length === 0 ? [] : [`is read by ${listText(runs)}`]),
  ];
  if (waiting.length === 0) return [];
  return [
    [dim(`It ${listText(waiting)}; the supervisor ${supervisor === 'started' ? 'was woken for it' : 'is awake'}`)],
  ];
}

const deliveryLines = (messages: readonly DeliveryView[]): readonly Line[] =>
  table(
    ['id', 'when', 'from', 'mailbox', 'kind', 'state', 'subject'],
    messages.map((one): Span[] => [
      strong(one.id),
      timeText(one.atMs),
      one.from,
      one.mailbox,
      one.kind,
      stateSpan(one),
      one.reason === null ? one.subject : `${one.subject} · ${one.reason}`,
    ]),
  );

function stateSpan({ state, holder, nAttempts }: DeliveryView): Span {
  if (state === 'dead' || state === 'expired') return bad(nAttempts === 0 ? state : `${state} after ${nAttempts}`);
  if (state === 'undeliverable') return warn(state);
  return state === 'taken' ? `with ${holder ?? 'somebody'}` : state;
}

const nextLines = (next: string | null): readonly Line[] => (next === null ? [] : [[dim(`More: --after ${next}`)]]);

const bodyLines = (body: Readonly<Record<string, unknown>>): readonly Line[] =>
  Object.keys(body).length === 0 ? [] : JSON.stringify(body, null, 2).split('\n');
