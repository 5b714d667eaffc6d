import { createDigest } from '../../src/adapters/clock/digest.ts';
import { Fault } from '../../src/base/fault.ts';
import { canonicalJson, type JsonObject } from '../../src/base/json.ts';
import type { BusLimits } from '../../src/domain/bus/limits.ts';
import type { Mail } from '../../src/domain/bus/mail.ts';
import { checkChain, draftEntry, genesisHash, linkHash, type Draft } from '../../src/domain/journal/chain.ts';
import type { ChainCheck, Entry, Ledger, LedgerRequest, NewEntry, ReadOptions } from '../../src/ports/ledger.ts';
import type { Clock, Digest } from '../../src/ports/system.ts';
import { MemoryMail } from './memory-mail.ts';

/** What several ledger objects share, as processes share a file. */
interface Store {
  readonly clock: Clock;
  readonly digest: Digest;
  readonly entries: Entry[];
  readonly requests: LedgerRequest[];
  readonly waiters: Set<() => void>;
  readonly mail: MemoryMail;
  epoch: number;
  holder: MemoryLedger | undefined;
  version: number;
}

export interface MemoryLedgers {
  /** Opens another ledger over the same rows, as another process would. */
  open(): MemoryLedger;
  /** The messages that they share; see `createFakeBus`. */
  readonly mail: MemoryMail;
  /** Is one of them the supervisor's. */
  isHeld(): boolean;
  /** Counts what was committed. */
  version(): number;
  /** Wakes whoever waits, as after a commit. */
  ring(): void;
  /** Resolves when something was committed since that version, or on abort. */
  wait(since: number, signal: AbortSignal): Promise<void>;
}

/** Creates rows in memory that several ledger objects may open. */
export function createMemoryLedgers({
  clock,
  digest = createDigest(),
  limits = {},
}: {
  readonly clock: Clock;
  readonly digest?: Digest;
  readonly limits?: Partial<BusLimits>;
}): MemoryLedgers {
  const store: Store = {
    clock,
    digest,
    entries: [],
    requests: [],
    waiters: new Set(),
    mail: new MemoryMail(clock, limits),
    epoch: 0,
    holder: undefined,
    version: 0,
  };
  return {
    open: () => new MemoryLedger(store),
    mail: store.mail,
    isHeld: () => store.holder !== undefined,
    version: () => store.version,
    ring: () => ring(store),
    wait: (since, signal) => wait(store, { since, signal }),
  };
}

export class MemoryLedger implements Ledger {
  readonly #store: Store;
  readonly #closed = new AbortController();
  #epoch: number | undefined;
  #heardVersion: number;

  constructor(store: Store) {
    this.#store = store;
    this.#heardVersion = store.version;
  }

  async acquire(): Promise<{ readonly epoch: number; release(): Promise<void> } | undefined> {
    this.#requireOpen();
    if (this.#store.holder !== undefined) return undefined;
    this.#store.holder = this;
    this.#store.epoch += 1;
    const { epoch } = this.#store;
    this.#epoch = epoch;
    ring(this.#store);
    return { epoch, release: async () => (this.#epoch === epoch ? this.#release() : undefined) };
  }

  async overtake(epoch: number): Promise<boolean> {
    this.#requireOpen();
    if (this.#store.epoch !== epoch) return false;
    this.#store.holder = undefined;
    return true;
  }

  async isHeld(): Promise<boolean> {
    this.#requireOpen();
    return this.#store.holder !== undefined;
  }

  async append(
    rows: readonly NewEntry[],
    answers: readonly { readonly id: number; readonly answer: JsonObject }[] = [],
    mail: Mail = {},
  ): Promise<readonly Entry[]> {
    this.#requireOpen();
    const epoch = this.#requireEpoch();
    const drafts = rows.map(draftEntry);
    for (const { id } of answers) {
      if (this.findRequest(id) === undefined) throw new Fault('INTERNAL_BUG', `There is no request ${id} to answer.`);
    }
    const mailDrafts = this.#store.mail.deliver(mail).map(draftEntry);
    const entries = [...drafts, ...mailDrafts].map((draft) => this.#link(draft, epoch));
    for (const { id, answer } of answers) this.#answer(id, copy(answer));
    ring(this.#store);
    return entries.map(copy);
  }

  read(options: ReadOptions = {}): readonly Entry[] {
    this.#requireOpen();
    const { afterSeq = 0, run, kinds, key, limit = 1_000, descending = false } = options;
    if (!Number.isInteger(limit) || limit < 0 || limit > 10_000) throw new RangeError(`limit ${limit}`);
    const rows = this.#store.entries.filter(
      (entry) =>
        entry.seq > afterSeq &&
        (run === undefined || entry.run === run) &&
        (kinds === undefined || kinds.includes(entry.kind)) &&
        (key === undefined || entry.keys.includes(key)),
    );
    return (descending ? rows.reverse() : rows).slice(0, limit).map(copy);
  }

  latest(key: string): Entry | undefined {
    return this.read({ key, limit: 1, descending: true })[0];
  }

  head(): { readonly seq: number; readonly hash: string } {
    this.#requireOpen();
    const last = this.#store.entries.at(-1);
    return { seq: last?.seq ?? 0, hash: last?.hash ?? genesisHash };
  }

  async *follow({ afterSeq, signal }: { afterSeq: number; signal: AbortSignal }): AsyncIterable<Entry> {
    let lastSeq = afterSeq;
    while (!signal.aborted && !this.#closed.signal.aborted) {
      const since = this.#store.version;
      const rows = this.read({ afterSeq: lastSeq });
      for (const row of rows) {
        if (signal.aborted) return;
        yield row;
        lastSeq = row.seq;
      }
      if (rows.length === 0) await wait(this.#store, { since, signal: AbortSignal.any([signal, this.#closed.signal]) });
    }
  }

  verify(): ChainCheck {
    this.#requireOpen();
    return checkChain(this.#store.entries, this.#store.digest.sha256, this.head());
  }

  async request(kind: string, data: JsonObject): Promise<number> {
    this.#requireOpen();
    draftEntry({ kind, data });
    const id = this.#store.requests.length + 1;
    this.#store.requests.push({ id, kind, atMs: this.#store.clock.nowMs(), data: copy(data), answer: null });
    ring(this.#store);
    return id;
  }

  findRequest(id: number): LedgerRequest | undefined {
    this.#requireOpen();
    const request = this.#store.requests[id - 1];
    return request === undefined ? undefined : copy(request);
  }

  openRequests(): readonly LedgerRequest[] {
    this.#requireOpen();
    return this.#store.requests
      .filter(({ answer }) => answer === null)
      .slice(0, 1_000)
      .map(copy);
  }

  async waitForBell(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    this.#requireOpen();
    const over = new AbortController();
    const ends = [over.signal, this.#closed.signal, ...(signal === undefined ? [] : [signal])];
    void this.#store.clock.sleep(timeoutMs, AbortSignal.any(ends)).then(() => over.abort());
    await wait(this.#store, { since: this.#heardVersion, signal: AbortSignal.any(ends) });
    over.abort();
    this.#heardVersion = this.#store.version;
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#release();
  }

  #link(draft: Draft, epoch: number): Entry {
    const { seq, hash: prev } = this.head();
    const { kind, run, keys, dataText } = draft;
    const data = JSON.parse(dataText) as JsonObject;
    const entry = { seq: seq + 1, atMs: this.#store.clock.nowMs(), epoch, kind, run, keys, data, prev };
    const written = { ...entry, hash: linkHash(entry, this.#store.digest.sha256) };
    this.#store.entries.push(written);
    return written;
  }

  #answer(id: number, answer: JsonObject): void {
    const request = this.#store.requests[id - 1];
    if (request?.answer === null) this.#store.requests[id - 1] = { ...request, answer };
  }

  #release(): void {
    if (this.#store.holder === this) this.#store.holder = undefined;
    this.#epoch = undefined;
  }

  #requireOpen(): void {
    if (this.#closed.signal.aborted) throw new Error('the ledger is closed');
  }

  #requireEpoch(): number {
    if (this.#epoch === undefined)
      throw new Fault('EPOCH_OLD', 'This process is not the supervisor of the installation.');
    if (this.#epoch !== this.#store.epoch) throw new Fault('EPOCH_OLD', 'A newer supervisor has taken over.');
    return this.#epoch;
  }
}

function ring(store: Store): void {
  store.version += 1;
  for (const wake of [...store.waiters]) wake();
}

function wait(store: Store, { since, signal }: { since: number; signal: AbortSignal }): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted || store.version !== since) return resolve();
    const finish = (): void => {
      store.waiters.delete(finish);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    store.waiters.add(finish);
    signal.addEventListener('abort', finish, { once: true });
  });
}

/** As the file would give it back: nothing shared, `undefined` left out. */
function copy<T>(value: T): T {
  return JSON.parse(canonicalJson(value)) as T;
}
