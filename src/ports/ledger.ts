import type { JsonObject } from '../base/json.ts';
import type { Mail } from '../domain/bus/mail.ts';

/** A row before it is written. `keys` make it findable: the newest row of a key answers for it. */
export interface NewEntry {
  /** `run.created`, `machine.moved`, `effect.intended` …; see `domain/journal/kinds.ts`. */
  readonly kind: string;
  /** The run it belongs to, if any. */
  readonly run?: string;
  readonly keys?: readonly string[];
  readonly data: JsonObject;
}

/** A written row. `hash` = SHA-256 of the canonical JSON of {seq, atMs, epoch, kind, run, keys, data, prev}. */
export interface Entry {
  readonly seq: number;
  readonly atMs: number;
  readonly epoch: number;
  readonly kind: string;
  readonly run: string | null;
  readonly keys: readonly string[];
  readonly data: JsonObject;
  readonly prev: string;
  readonly hash: string;
}

export interface LedgerRequest {
  readonly id: number;
  readonly kind: string;
  readonly atMs: number;
  readonly data: JsonObject;
  /** Set when a supervisor has taken or refused it. */
  readonly answer: JsonObject | null;
}

export interface ReadOptions {
  readonly afterSeq?: number;
  readonly run?: string;
  readonly kinds?: readonly string[];
  readonly key?: string;
  /** Default 1,000; at most 10,000. */
  readonly limit?: number;
  /** Newest first. */
  readonly descending?: boolean;
}

export type ChainCheck =
  | { readonly kind: 'holds'; readonly nEntries: number; readonly headSeq: number; readonly headHash: string }
  | { readonly kind: 'broken'; readonly firstBadSeq: number; readonly reason: string };

/**
 * The one durable record of an installation, and the mailbox of requests to its supervisor.
 * A commit is durable when the promise resolves (WAL, synchronous FULL); concurrent appends share a commit.
 * Faults: `EPOCH_OLD`, `LEDGER_NEWER`, `LEDGER_OLDER`, `LEDGER_BROKEN`, `LEDGER_UNAVAILABLE`, `DISK_FULL`.
 */
export interface Ledger {
  /** Tries to become the only writer of the journal: a lock that the kernel frees when the process dies, and the next epoch. `undefined` when another process holds it. */
  acquire(): Promise<{ readonly epoch: number; release(): Promise<void> } | undefined>;
  /**
   * Sets the lock of a holder aside that was judged dead, so that another process can acquire: a stopped process keeps its lock
   * for ever. Its rows are refused (`EPOCH_OLD`) from the next `acquire` on. False when `epoch` is not the newest any more.
   */
  overtake(epoch: number): Promise<boolean>;
  /** Is some process holding the lock now. */
  isHeld(): Promise<boolean>;
  /**
   * Writes the rows in one transaction, in order, with the answers to requests. Only the holder of the newest epoch may; else `EPOCH_OLD`.
   * With `mail` a change of state and its messages are one commit: after the rows come those about the mail, in the order of
   * `Mail`, and are returned with them. Faults of the mail (`BUS_MAILBOX_FULL`, `BUS_DELIVERY_LATE`, `BUS_MESSAGE_INVALID`)
   * leave nothing of the call written.
   */
  append(
    rows: readonly NewEntry[],
    answers?: readonly { readonly id: number; readonly answer: JsonObject }[],
    mail?: Mail,
  ): Promise<readonly Entry[]>;
  read(options?: ReadOptions): readonly Entry[];
  /** Newest row of the key. */
  latest(key: string): Entry | undefined;
  head(): { readonly seq: number; readonly hash: string };
  /** Rows after `afterSeq` as they are committed by any process, until the signal aborts. Wakes by the bell file, polls slowly besides. */
  follow(options: { afterSeq: number; signal: AbortSignal }): AsyncIterable<Entry>;
  /** Re-computes the chain from the first row. */
  verify(): ChainCheck;
  /** Inserts a request; any process may. Returns its id. Rings the bell. */
  request(kind: string, data: JsonObject): Promise<number>;
  findRequest(id: number): LedgerRequest | undefined;
  /** Unanswered requests, oldest first. */
  openRequests(): readonly LedgerRequest[];
  /** Resolves when anything was committed or requested since the call, or after `timeoutMs`. */
  waitForBell(timeoutMs: number, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
