import { type AboutFact, newsKinds, newsOf } from '../../domain/bus/facts.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { Entry } from '../../ports/index.ts';
import { findChangeOf } from '../changes/draft.ts';
import type { Engine } from '../engine.ts';
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
 * are its key. A channel that no tree publishes is told nothing.
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
    await sendNoted(engine, {
      ...({ from: 'supervisor:', to: `topic:${topic}`, kind: 'note', subject } as const),
      body: { tree: tree.id, row: entry.seq, run: entry.run },
      dedup: `news:${entry.seq}:${topic}`,
      expiresAtMs: entry.atMs + newsForMs,
      ...{ inReplyTo: null, run: entry.run },
    });
  }
}

function aboutOf(engine: Engine, entry: Entry): AboutFact {
  const plan = entry.run === null ? undefined : dataOf('plan.made', engine.ledger.latest(`plan:${entry.run}`))?.plan;
  const drafted = entry.run === null ? undefined : findChangeOf(engine, entry.run);
  return { tree: drafted?.tree ?? plan?.tree ?? null, drafted: drafted ?? null, notes: plan?.notes ?? [] };
}
