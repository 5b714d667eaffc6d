import { Fault } from '../../base/fault.ts';
import type { Address } from '../../domain/bus/address.ts';
import { type AboutFact, newsKinds, newsOf } from '../../domain/bus/facts.ts';
import type { NewMessage } from '../../domain/bus/message.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { Entry } from '../../ports/index.ts';
import { findChangeOf } from '../changes/draft.ts';
import type { Engine } from '../engine.ts';
import { mailboxesNow } from './mailboxes-now.ts';
import { sendNoted } from './send.ts';

/** What is older is no news any more: who was away for longer reads the journal. */
const newsForMs = 24 * 60 * 60_000;
/** Rows that are looked at in one round. */
const pageRows = 500;

export interface NewsDesk {
  /** Publishes what the journal tells since the last look. */
  look(): Promise<void>;
}

/**
 * Publishes facts on the channels of the trees as they come on record: each once, whatever dies on the way, as its row and its channel
 * are its key. A channel that no tree publishes is told nothing. A mailbox that is full misses it: the journal says which.
 */
export function createNewsDesk(engine: Engine): NewsDesk {
  let afterSeq: number | undefined;
  return {
    async look() {
      const { clock } = engine.outside;
      afterSeq ??= firstToRead(engine, clock.nowMs() - newsForMs);
      for (;;) {
        const head = engine.ledger.head().seq;
        const rows = engine.ledger.read({ afterSeq, kinds: newsKinds, limit: pageRows });
        for (const entry of rows) {
          await publish(engine, entry);
          afterSeq = entry.seq;
        }
        if (rows.length === pageRows) continue;
        // That was all there was: rows that are no news are not looked through again.
        afterSeq = Math.max(afterSeq, head);
        return;
      }
    },
  };
}

/** The row before the oldest one that may still be news. */
function firstToRead({ ledger }: Engine, sinceMs: number): number {
  const [oldest] = ledger
    .read({ kinds: newsKinds, descending: true, limit: 10_000 })
    .filter(({ atMs }) => atMs >= sinceMs)
    .slice(-1);
  return oldest === undefined ? ledger.head().seq : oldest.seq - 1;
}

async function publish(engine: Engine, entry: Entry): Promise<void> {
  const news = newsOf(entry, aboutOf(engine, entry));
  for (const { topic, subject } of news) {
    const tree = [...engine.definitions.trees.values()].find(({ channels }) => channels.includes(topic));
    if (tree === undefined) continue;
    const full = await sendWhereRoom(engine, {
      ...({ from: 'supervisor:', to: `topic:${topic}`, kind: 'note', subject } as const),
      body: { tree: tree.id, row: entry.seq, run: entry.run },
      dedup: `news:${entry.seq}:${topic}`,
      expiresAtMs: entry.atMs + newsForMs,
      ...{ inReplyTo: null, run: entry.run },
    });
    const key = `missed:${entry.seq}:${topic}`;
    if (full.length > 0 && engine.ledger.latest(key) === undefined)
      await engine.ledger.append([
        row('bus.missed', { row: entry.seq, topic, subject, mailboxes: full }, { run: entry.run, keys: [key] }),
      ]);
  }
}

/** Sends to those mailboxes that take it, and returns the others: a full one keeps nobody else from what is new. */
async function sendWhereRoom(engine: Engine, message: NewMessage): Promise<readonly Address[]> {
  const full: Address[] = [];
  let mailboxes = mailboxesNow(engine, message.to);
  for (;;) {
    try {
      await sendNoted(engine, message, { mailboxes });
      return full;
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'BUS_MAILBOX_FULL') throw error;
      const mailbox = error.data?.['mailbox'] as Address;
      full.push(mailbox);
      mailboxes = mailboxes.filter((one) => one !== mailbox);
      // Without any it would be undeliverable, which it is not.
      if (mailboxes.length === 0) return full;
    }
  }
}

function aboutOf(engine: Engine, entry: Entry): AboutFact {
  const plan = entry.run === null ? undefined : dataOf('plan.made', engine.ledger.latest(`plan:${entry.run}`))?.plan;
  const drafted = entry.run === null ? undefined : findChangeOf(engine, entry.run);
  return { tree: drafted?.tree ?? plan?.tree ?? null, drafted: drafted ?? null, notes: plan?.notes ?? [] };
}
