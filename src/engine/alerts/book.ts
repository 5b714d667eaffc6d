import PQueue from 'p-queue';

import { type JournalKinds, dataOf } from '../../domain/journal/kinds.ts';
import type { Entry } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';

/** An alert as the supervisor has it in hand. */
export interface KnownAlert {
  readonly raised: JournalKinds['alert.raised'];
  readonly raisedAtMs: number;
  /** What it says now: the newest sentence and what shows it. */
  sentence: string;
  evidence: readonly string[];
  cause: string | null;
  times: number;
  /** Monotonic time since which it is away, where it comes and goes. */
  goneSinceMs: number | null;
  /** What shows that it is over; null while it is open. */
  ended: readonly string[] | null;
}

/** What is open, so that the thousandth raise of a minute asks the journal nothing. All of it can be read from the rows again. */
export interface AlertBook {
  /** By key. */
  readonly open: Map<string, KnownAlert>;
  /** Over, and their targets may not have been told: by id, the newest last. */
  readonly ended: Map<string, KnownAlert>;
  /** `<target>:<occasion>:<alert>` of notices that are on record. */
  readonly told: Set<string>;
  isRead: boolean;
  /** One raise or end at a time. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
}

/** Ended alerts that are kept in mind: what was told when they opened is told when they end. */
const maxEnded = 500;

/** Creates an empty book; `bookOf` reads it from the journal. */
export function createAlertBook(): AlertBook {
  const turns = new PQueue({ concurrency: 1 });
  return {
    open: new Map(),
    ended: new Map(),
    told: new Set(),
    isRead: false,
    inTurn: (work) => turns.add(work),
  };
}

/** Returns the book, read from the journal at the first call. */
export function bookOf(engine: Engine): AlertBook {
  const book = engine.alerts;
  if (book.isRead) return book;
  book.isRead = true;
  for (const { subject, isFinal } of engine.host.all('alert')) {
    const known = isFinal ? undefined : findAlert(engine, subject);
    if (known !== undefined) book.open.set(known.raised.key, known);
  }
  const rows = engine.ledger.read({ kinds: ['alert.ended'], descending: true, limit: maxEnded });
  for (const entry of [...rows].reverse()) {
    const alert = dataOf('alert.ended', entry)?.alert;
    const known = alert === undefined ? undefined : findAlert(engine, alert);
    if (known !== undefined) noteEnded(book, known);
  }
  return book;
}

/** Keeps an ended alert in mind, and forgets the oldest of too many. */
export function noteEnded(book: AlertBook, known: KnownAlert): void {
  book.ended.set(known.raised.alert, known);
  const [oldest] = book.ended.keys();
  if (book.ended.size > maxEnded && oldest !== undefined) book.ended.delete(oldest);
}

/** Returns what the alert follows from, as far as it is open: the nearest first. */
export function causesOf(open: readonly KnownAlert[], { cause }: Pick<KnownAlert, 'cause'>): readonly KnownAlert[] {
  const causes: KnownAlert[] = [];
  for (let at = cause; at !== null;) {
    const found = open.find(({ raised }) => raised.alert === at);
    if (found === undefined || causes.includes(found)) break;
    causes.push(found);
    at = found.cause;
  }
  return causes;
}

/** Returns an alert as its rows tell it, or undefined when there is none of that id. */
export function findAlert({ ledger }: Pick<Engine, 'ledger'>, id: string): KnownAlert | undefined {
  const entry: Entry | undefined = ledger.latest(`alert:${id}`);
  const raised = dataOf('alert.raised', entry);
  if (entry === undefined || raised === undefined) return undefined;
  const ended = dataOf('alert.ended', ledger.latest(`alert-end:${id}`));
  const followed = dataOf('alert.followed', ledger.latest(`alert-cause:${id}`));
  return {
    raised,
    raisedAtMs: entry.atMs,
    sentence: raised.sentence,
    evidence: raised.evidence,
    cause: followed === undefined ? raised.cause : followed.cause,
    times: ended?.times ?? dataOf('alert.counted', ledger.latest(`alert-count:${id}`))?.times ?? 1,
    goneSinceMs: null,
    ended: ended?.evidence ?? null,
  };
}
