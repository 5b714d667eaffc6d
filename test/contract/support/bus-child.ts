// A process of its own that sends or takes, for tests that kill it: `node bus-child.ts send <dir> <sender> <total>` or
// `node bus-child.ts take <dir> <rounds with messages until it kills itself between effect and ack; 0: never>`. One that is started again takes
// up where the killed one ended.
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

import { createDigest } from '../../../src/adapters/clock/digest.ts';
import { createSystemClock } from '../../../src/adapters/clock/system-clock.ts';
import { openLedger } from '../../../src/adapters/sqlite/open-ledger.ts';
import type { Bus } from '../../../src/ports/bus.ts';
import { boxOf, boxes, openEffects } from './bus-effects.ts';

/** Sends of one sender that are under way at once: their commits are shared. */
const batch = 64;
/** Nobody is to be refused here, and no message is to be given up. */
const limits = { mailbox: 1_000_000, attempts: 1_000_000 };
const leaseMs = 2_000;

const [, , role, dir = '', ...rest] = process.argv;
const ledger = await openLedger({ dir, clock: createSystemClock(), digest: createDigest(), mode: 'inline', limits });
if (role === 'send') await send(ledger.bus(), { name: rest[0] ?? '', total: Number(rest[1]) });
else await take(ledger.bus(), Number(rest[0]));
await ledger.close();

/** Message n of a sender has the key n: what a killed process had sent already is not sent again. */
async function send(bus: Bus, { name, total }: { name: string; total: number }): Promise<void> {
  const from = `agent:${name}` as const;
  for (let first = 1; first <= total; first += batch) {
    const ns = Array.from({ length: Math.min(batch, total - first + 1) }, (_, index) => first + index);
    if (bus.findSent(from, String(ns.at(-1))) !== undefined) continue;
    const sends = ns.map((n) => {
      const text = { kind: 'note', subject: `message ${n}`, body: { n } } as const;
      const more = { dedup: String(n), expiresAtMs: null, inReplyTo: null, run: null };
      return bus.send({ from, to: boxOf(n), ...text, ...more }, [boxOf(n)]);
    });
    await Promise.all(sends);
  }
}

/** The effect is a row in another database, so it is not in the commit of the ack: the message's id is its key. */
async function take(bus: Bus, roundsToLive: number): Promise<void> {
  const effects = openEffects(dir);
  const holder = `taker-${process.pid}`;
  for (let round = 0; ;) {
    const taken = (await Promise.all(boxes.map((box) => bus.take(box, { holder, leaseMs, limit: 64 })))).flat();
    effects.apply(taken);
    if (taken.length === 0) await pause(25);
    else if ((round += 1) === roundsToLive) process.kill(process.pid, 'SIGKILL');
    await Promise.all(taken.map(({ message: { id }, mailbox }) => bus.ack({ id, mailbox, holder })));
  }
}
