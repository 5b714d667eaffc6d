import { Fault } from '../../base/fault.ts';
import { type Address, findAddress } from '../../domain/bus/address.ts';
import { mailboxesOfAgent } from '../../domain/bus/route.ts';
import { attemptOfMark } from '../../engine/tasks/attempt-of-mark.ts';
import type { App } from '../app.ts';
import { listText } from '../views/text.ts';

/** Who uses the bus by typing a command. */
export interface Sender {
  readonly address: Address;
  /** Mailboxes that it takes from; null: any, because a person looks after all of them. */
  readonly mailboxes: readonly Address[] | null;
  /** Tree in which an agent works; null: a person, who works in none. */
  readonly tree: string | null;
}

/**
 * Returns who typed the command, from what the machine knows: a person by login, or the agent of the attempt that this process
 * descends from. Nothing that is typed changes it. Fault: `BUS_SENDER_UNKNOWN` for a program that is no agent's.
 */
export async function loadSender(app: App): Promise<Sender> {
  const { startedBy, userName } = app.outside.host;
  if (startedBy === null) return { address: personAddress(userName), mailboxes: null, tree: null };
  const attempt = attemptOfMark(await app.installation(), startedBy);
  if (attempt === undefined)
    throw new Fault('BUS_SENDER_UNKNOWN', `A program of ${startedBy} typed this, and it is no agent’s.`, {
      state: 'Nothing was sent or taken.',
    });
  const { agent, tree } = attempt;
  return { address: `agent:${agent}`, mailboxes: mailboxesOfAgent(attempt), tree };
}

/** Returns the mailbox that was named, or the sender's own. Fault: `BUS_MAILBOX_NOT_YOURS`. */
export function requireMailbox({ address, mailboxes }: Sender, named: string | null): Address {
  const mailbox = named === null ? address : requireAddress(named);
  if (mailboxes === null || mailboxes.includes(mailbox)) return mailbox;
  throw new Fault('BUS_MAILBOX_NOT_YOURS', `${address} takes from ${listText(mailboxes)}, not from ${mailbox}.`, {
    state: 'Nothing was changed.',
  });
}

/** Fault: `USAGE_BAD_ARGUMENT`. */
export function requireAddress(text: string): Address {
  const address = findAddress(text);
  if (address !== undefined) return address;
  throw new Fault('USAGE_BAD_ARGUMENT', `${JSON.stringify(text)} is no address.`, {
    hints: ['agent:validation-engineer, tree:env-setup, person:anna, run:r12, group:all, topic:new_models_available'],
    state: 'Nothing was sent.',
  });
}

/** A login may hold what an address cannot; what is left of it is the same each time. */
function personAddress(login: string): Address {
  const name = login
    .toLowerCase()
    .replace(/[^a-z0-9_.-]/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64);
  return `person:${name === '' ? 'unnamed' : name}`;
}
