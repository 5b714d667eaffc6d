import type { Address } from '../../src/domain/bus/address.ts';
import { checkMessage } from '../../src/domain/bus/check-message.ts';
import type { Message } from '../../src/domain/bus/message.ts';
import { findRefusal } from '../../src/domain/bus/refusal.ts';
import { refused } from '../../src/domain/bus/undelivered.ts';
import type { Bus } from '../../src/ports/index.ts';
import type { MemoryLedgers } from './memory-ledger.ts';
import { deliveryOf } from './memory-mail.ts';

/**
 * Creates a bus over the messages that ledgers in memory share. `isSupervisor`: whether this process may speak for it; left out:
 * whenever one holds the ledger.
 */
export function createFakeBus(parts: { ledgers: MemoryLedgers; isSupervisor?: () => boolean }): Bus {
  const { ledgers } = parts;
  const { mail } = ledgers;
  const isSupervisor = parts.isSupervisor ?? (() => ledgers.isHeld());
  const changed = <T>(work: () => T): T => {
    const before = mail.nChanges;
    const done = work();
    if (mail.nChanges !== before) ledgers.ring();
    return done;
  };
  const find = (test: (message: Message) => boolean): Message | undefined => copy(mail.messages.find(test));
  return {
    async send(message, mailboxes) {
      checkMessage(message);
      const refusal = findRefusal(message);
      if (refusal !== undefined && !isSupervisor()) {
        changed(() => mail.refuse(message, refusal));
        throw refused(refusal, message.from);
      }
      return changed(() => mail.send(message, mailboxes));
    },
    take: async (mailbox, options) => changed(() => mail.take(mailbox, options)),
    takeOne: async (place, options) => changed(() => mail.takeOne(place, options)),
    ack: async (options) => changed(() => mail.ack(options)),
    fail: async (options) => changed(() => mail.fail(options)),
    find: (id) => find((message) => message.id === id),
    findSent: (from, dedup) => find((message) => message.from === from && message.dedup === dedup),
    deliveries({ mailbox, states, run, kind, holder, afterId = 0, limit = 100 }) {
      if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) throw new RangeError(`limit ${limit}`);
      return mail.deliveries
        .filter(
          (one) =>
            one.message.id > afterId &&
            (mailbox === undefined || one.mailbox === mailbox) &&
            (states === undefined || states.includes(one.state)) &&
            (run === undefined || one.message.run === run) &&
            (kind === undefined || one.message.kind === kind) &&
            (holder === undefined || (one.state === 'taken' && one.holder === holder)),
        )
        .toSorted((first, second) => first.message.id - second.message.id || (first.mailbox < second.mailbox ? -1 : 1))
        .slice(0, limit)
        .map(deliveryOf);
    },
    deliveriesOf: (id) =>
      mail.deliveries
        .filter(({ message }) => message.id === id)
        .toSorted((first, second) => (first.mailbox < second.mailbox ? -1 : 1))
        .map(deliveryOf),
    answersTo: (id) => copy(mail.messages.filter(({ inReplyTo, kind }) => inReplyTo === id && kind === 'answer')),
    async *tail({ afterId, signal }) {
      let lastId = afterId;
      while (!signal.aborted) {
        const since = ledgers.version();
        for (const message of copy(mail.messages.filter(({ id }) => id > lastId))) {
          if (signal.aborted) return;
          yield message;
          lastId = message.id;
        }
        await ledgers.wait(since, signal);
      }
    },
    newest: (limit) => copy(mail.messages.slice(-limit)),
    counts() {
      const counts = new Map<string, number>();
      for (const { mailbox, state } of mail.deliveries)
        counts.set(`${mailbox} ${state}`, (counts.get(`${mailbox} ${state}`) ?? 0) + 1);
      return [...counts]
        .toSorted(([first], [second]) => (first < second ? -1 : 1))
        .map(([name, n]) => {
          const [mailbox, state] = name.split(' ');
          return { mailbox, state, n } as ReturnType<Bus['counts']>[number];
        });
    },
    sentTo() {
      const addresses = [...new Set(mail.messages.map(({ to }) => to))].toSorted();
      return addresses.map((to: Address) => ({ to, n: mail.messages.filter((message) => message.to === to).length }));
    },
    requeue: async (place) => changed(() => mail.requeue(place)),
    tidy: async (options) => changed(() => mail.tidy(options)),
    untold: () => mail.untold().slice(0, 1_000).map(deliveryOf),
    untoldRefusals: () => copy(mail.untoldRefusals()),
  };
}

const copy = <T>(value: T): T => structuredClone(value);
