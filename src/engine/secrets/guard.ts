import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { SecretBook } from '../../domain/secrets/secret-book.ts';
import type { Bus, Ledger, Memory } from '../../ports/index.ts';

/**
 * Rows that are acted upon byte for byte: with a word less in them another file would be written than was shown. One that holds a secret
 * is refused instead.
 */
const exactKinds: ReadonlySet<string> = new Set(['plan.made']);

/** Returns a ledger that is never given a secret: rows, answers, mail and requests are written without it. Fault: `SECRET_FOUND`. */
export function guardLedger<T extends Ledger>(ledger: T, secrets: SecretBook): T {
  return withOwn<Ledger>(ledger, {
    append: (rows, answers, mail) =>
      ledger.append(
        rows.map((row) => ({
          ...row,
          data: exactKinds.has(row.kind) ? exact(row.data, secrets) : secrets.data(row.data),
        })),
        answers === undefined ? undefined : secrets.data(answers),
        mail === undefined ? undefined : secrets.data(mail),
      ),
    request: (kind, data) => ledger.request(kind, secrets.data(data)),
  }) as T;
}

/** Returns a bus whose messages hold no secret. Who a message is from, and to whom, is as it was. */
export const guardBus = (bus: Bus, secrets: SecretBook): Bus =>
  withOwn(bus, {
    send: (message, mailboxes) =>
      bus.send({ ...message, subject: secrets.text(message.subject), body: secrets.data(message.body) }, mailboxes),
    fail: (options) => bus.fail({ ...options, reason: secrets.text(options.reason) }),
  });

/** Returns a memory whose entries hold no secret. What a person writes into the folder by hand is theirs. */
export const guardMemory = (memory: Memory, secrets: SecretBook): Memory =>
  withOwn(memory, {
    put: (entry) =>
      memory.put({
        ...entry,
        text: secrets.text(entry.text),
        ...(entry.evidence === undefined ? {} : { evidence: secrets.data(entry.evidence) }),
      }),
  });

function exact(data: JsonObject, secrets: SecretBook): JsonObject {
  if (!secrets.holds(JSON.stringify(data))) return data;
  throw new Fault('SECRET_FOUND', 'What is planned holds a secret, and a plan is kept as it is.', {
    hints: ['Take the secret out of the goal and its files: name a file or an environment variable that holds it.'],
    state: 'Nothing was changed.',
  });
}

/** The same thing with some methods of its own; the others are called on it, as it may have private fields. */
const withOwn = <T extends object>(of: T, own: Partial<T>): T =>
  new Proxy(of, {
    get(target, name) {
      const value: unknown = name in own ? own[name as keyof T] : Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
