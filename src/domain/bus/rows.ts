import { row } from '../journal/kinds.ts';
import { type Address, kindOf } from './address.ts';
import type { Mail } from './mail.ts';
import type { Delivery, Message, NewMessage } from './message.ts';
import type { KeptRefusal } from './refusal.ts';

type Row = ReturnType<typeof row>;

/** Returns the row of a message that was accepted. */
export function sentRow(message: Message, mailboxes: readonly Address[]): Row {
  const { id, from, to, kind, subject, inReplyTo, run } = message;
  const said = findSaidKey(message);
  const keys = [`message:${id}`, ...(said === undefined ? [] : [said])];
  return row('bus.sent', { id, from, to, kind, subject, inReplyTo, mailboxes }, { run, keys });
}

/** Returns the key of the row of what the supervisor says itself: a message is forgotten after a while, its row never. */
export const findSaidKey = ({ from, dedup }: Pick<NewMessage, 'from' | 'dedup'>): string | undefined =>
  kindOf(from) === 'supervisor' && dedup !== null ? `said:${dedup}` : undefined;

/** Returns the row of a delivery that its holder is done with. */
export function ackedRow({ id, mailbox, holder, run }: NonNullable<Mail['acks']>[number], { subject }: Message): Row {
  return row('bus.acked', { id, mailbox, holder, subject }, { run, keys: [`message:${id}:${mailbox}`] });
}

/** Returns the row of a delivery that is dead, expired or undeliverable; undefined for any other. */
export function undeliveredRow({ message, mailbox, state, reason }: Delivery): Row | undefined {
  if (state !== 'dead' && state !== 'expired' && state !== 'undeliverable') return undefined;
  const { id, from, subject, run } = message;
  const data = { id, mailbox, state, from, subject, reason: reason ?? state };
  return row('bus.undelivered', data, { run, keys: [`message:${id}:${mailbox}`] });
}

/** Returns the row of a message that was not accepted. */
export function refusedRow({ from, to, code, subject, claim, times, lastAtMs }: Omit<KeptRefusal, 'id'>): Row {
  return row('bus.refused', { from, to, code, subject, claim, times, lastAtMs }, { keys: [`refused:${from}`] });
}
