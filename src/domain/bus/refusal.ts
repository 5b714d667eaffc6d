import type { Json } from '../../base/json.ts';
import { type Address, findAddress, kindOf, nameOf } from './address.ts';
import { type NewMessage, reservedTypes } from './message.ts';

export type RefusalCode = 'BUS_TYPE_RESERVED' | 'BUS_SENDER_FORGED';

/** Why a sender may not send a message. */
export interface Refusal {
  readonly code: RefusalCode;
  /** What the message claims to be, as a sentence without a full stop. */
  readonly claim: string;
}

/** A refusal that is kept until the journal tells it. */
export interface KeptRefusal extends Refusal {
  readonly id: number;
  readonly from: Address;
  readonly to: Address;
  readonly subject: string;
  readonly times: number;
  readonly lastAtMs: number;
}

/** Fields of a body that a reader could take for the sender. */
const senderFields = ['from', 'sender'];

/**
 * Returns why only the supervisor's own process may send this message; undefined: whoever it comes from may. The sender is known
 * from the channel, so a text that names another one is a forgery, whoever believes it.
 */
export function findRefusal(message: NewMessage): Refusal | undefined {
  const type = reservedTypes.find((reserved) => typesOf(message).includes(reserved));
  if (type !== undefined) return { code: 'BUS_TYPE_RESERVED', claim: `it is of the type ${type}` };
  if (kindOf(message.from) === 'supervisor')
    return { code: 'BUS_SENDER_FORGED', claim: 'it comes from the supervisor' };
  for (const field of senderFields) {
    const claimed = claimedSender(message.body[field]);
    if (claimed !== undefined && claimed !== message.from)
      return { code: 'BUS_SENDER_FORGED', claim: `it says ${field}: ${claimed}` };
  }
  return undefined;
}

/** A message says its type by the field `type` of its body, or by its topic: `approval.given` is an approval too. */
function typesOf({ to, body }: NewMessage): readonly string[] {
  const types = [body['type'], kindOf(to) === 'topic' ? nameOf(to) : undefined];
  return types.flatMap((type) => (typeof type === 'string' ? [firstWord(type)] : []));
}

const firstWord = (text: string): string => /^[a-z]*/.exec(text.normalize('NFKC').trim().toLowerCase())?.[0] ?? '';

/** `supervisor` is the same claim as `supervisor:`. */
function claimedSender(value: Json | undefined): Address | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.normalize('NFKC').trim().toLowerCase();
  return text === 'supervisor' ? 'supervisor:' : findAddress(text);
}
