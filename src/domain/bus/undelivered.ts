import { Fault } from '../../base/fault.ts';
import { type Address, kindOf, nameOf } from './address.ts';
import type { Refusal } from './refusal.ts';

/** Returns why a message for this address lies nowhere. */
export function whyUndeliverable(to: Address): string {
  switch (kindOf(to)) {
    case 'topic':
      return `no tree listens to ${nameOf(to)}, and no playbook starts on it`;
    case 'group':
      return `there is no group ${nameOf(to)}, or nobody is in it`;
    case 'run':
      return `there is no open run ${nameOf(to)}`;
    case 'agent':
    case 'tree':
    case 'person':
    case 'supervisor':
      return `there is no ${kindOf(to)} ${nameOf(to)}`;
  }
}

export const whyExpired = 'nobody had taken it when its time was over';

/** Returns why a delivery is dead whose holders never said how it went. */
export const whySilent = (nAttempts: number): string =>
  `given up after ${nAttempts} tries: none of those who took it said how it went`;

/** Returns the fault of a mailbox that takes no more. */
export function mailboxFull(mailbox: Address, limit: number): Fault {
  return new Fault(
    'BUS_MAILBOX_FULL',
    `${mailbox} holds ${limit} messages that nobody is done with: it takes no more.`,
    {
      state: 'Nothing was sent.',
      hints: [`orchestrate bus inbox ${mailbox}`, 'orchestrate bus send … --wait 10m'],
      data: { mailbox, limit },
    },
  );
}

/** Returns the fault of a sender that may not say what it says. */
export function refused({ code, claim }: Refusal, from: Address): Fault {
  const why = code === 'BUS_TYPE_RESERVED' ? 'that is for the supervisor alone' : `it comes from ${from}`;
  return new Fault(code, `The message was refused: ${claim}, and ${why}.`, {
    state: 'Nothing was sent. The refusal is kept, and told in the journal.',
    hints:
      code === 'BUS_TYPE_RESERVED'
        ? ['orchestrate review approve <change>', 'Choose another type or topic.']
        : ['Leave the field out: the bus says who sent it.'],
  });
}

/** Returns the fault of an effect whose message somebody else has by now. */
export function deliveryLate(id: number, mailbox: Address): Fault {
  return new Fault('BUS_DELIVERY_LATE', `m${id} in ${mailbox} is with somebody else by now, or over.`, {
    state: 'Nothing of this call was written.',
    data: { id, mailbox },
  });
}
