import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { ChainHead } from '../../domain/journal/chain.ts';
import type { Entry, LedgerRequest, ReadOptions } from '../../ports/ledger.ts';
import { keyName, keyPlace, kindName, kindPlace, runName, runPlace } from './key-heads.ts';

const defaultLimit = 1_000;
const maxLimit = 10_000;
/** More unanswered requests than a supervisor takes in at once; the later ones follow. */
const maxOpenRequests = 1_000;

/** A row of the journal, as stored. `links`: the row before it under each of its names (see `namesOf`); 0 for none. */
export interface StoredEntry {
  readonly seq: number;
  readonly at_ms: number;
  readonly epoch: number;
  readonly kind: string;
  readonly run: string | null;
  readonly keys: string;
  readonly data: string;
  readonly prev: string;
  readonly hash: string;
  readonly links: string;
}

type Link = Pick<StoredEntry, 'seq' | 'kind' | 'run' | 'keys' | 'links'>;

interface StoredRequest {
  readonly id: number;
  readonly kind: string;
  readonly at_ms: number;
  readonly data: string;
  readonly answer: string | null;
}

/** Reads the journal and the requests over one connection, synchronously. */
export class JournalReader {
  readonly #version: StatementSync;
  readonly #head: StatementSync;
  readonly #newest: StatementSync;
  readonly #latest: StatementSync;
  readonly #link: StatementSync;
  readonly #load: StatementSync;
  readonly #scanUp: StatementSync;
  readonly #scanDown: StatementSync;
  readonly #findRequest: StatementSync;
  readonly #openRequests: StatementSync;

  constructor(db: DatabaseSync) {
    this.#version = db.prepare('PRAGMA data_version');
    this.#head = db.prepare('SELECT head_seq AS seq, head_hash AS hash FROM meta');
    this.#newest = db.prepare('SELECT seq FROM key_heads WHERE name = ?');
    this.#latest = db.prepare('SELECT j.* FROM key_heads h JOIN journal j ON j.seq = h.seq WHERE h.name = ?');
    this.#link = db.prepare('SELECT seq, kind, run, keys, links FROM journal WHERE seq = ?');
    this.#load = db.prepare('SELECT * FROM journal WHERE seq = ?');
    const scan =
      'SELECT * FROM journal WHERE seq > ?1 AND (?2 IS NULL OR kind IN (SELECT value FROM json_each(?2))) ORDER BY seq';
    this.#scanUp = db.prepare(`${scan} LIMIT ?3`);
    this.#scanDown = db.prepare(`${scan} DESC LIMIT ?3`);
    this.#findRequest = db.prepare('SELECT * FROM requests WHERE id = ?');
    this.#openRequests = db.prepare(`SELECT * FROM requests WHERE answer IS NULL ORDER BY id LIMIT ${maxOpenRequests}`);
  }

  /** A number that differs after a commit of any other connection. */
  version(): number {
    return this.#version.get()?.['data_version'] as number;
  }

  head(): ChainHead {
    const { seq, hash } = this.#head.get() as unknown as ChainHead;
    return { seq, hash };
  }

  latest(key: string): Entry | undefined {
    const row = this.#latest.get(keyName(key));
    return row === undefined ? undefined : entryOf(row as unknown as StoredEntry);
  }

  read(options: ReadOptions): readonly Entry[] {
    const { afterSeq = 0, kinds, descending = false } = options;
    const limit = readLimit(options.limit);
    // From the old end a scan stops as soon as it has enough; from the new end it might have to go all the way.
    const isSparse = options.key !== undefined || options.run !== undefined || (kinds !== undefined && descending);
    if (isSparse) return this.#follow(options, limit);
    const kindsText = kinds === undefined ? null : JSON.stringify(kinds);
    const rows = (descending ? this.#scanDown : this.#scanUp).all(afterSeq, kindsText, limit);
    return (rows as unknown as StoredEntry[]).map(entryOf);
  }

  findRequest(id: number): LedgerRequest | undefined {
    const row = this.#findRequest.get(id);
    return row === undefined ? undefined : requestOf(row as unknown as StoredRequest);
  }

  openRequests(): readonly LedgerRequest[] {
    return (this.#openRequests.all() as unknown as StoredRequest[]).map(requestOf);
  }

  /** Follows the links from the newest row back. */
  #follow(options: ReadOptions, limit: number): Entry[] {
    const { key, run, kinds = [], afterSeq = 0, descending = false } = options;
    const rows =
      key !== undefined
        ? this.#walk(
            keyName(key),
            (row) => keyPlace + (JSON.parse(row.keys) as readonly string[]).indexOf(key),
            afterSeq,
          )
        : run !== undefined
          ? this.#walk(runName(run), () => runPlace, afterSeq)
          : this.#walkKinds(kinds, afterSeq);
    const seqs: number[] = [];
    for (const row of rows) {
      if (descending && seqs.length >= limit) break;
      if (isWanted(row, options)) seqs.push(row.seq);
    }
    const wanted = descending ? seqs : seqs.reverse().slice(0, limit);
    return wanted.map((seq) => entryOf(this.#load.get(seq) as unknown as StoredEntry));
  }

  /** Yields the rows found under a name, newest first. `placeOf` says which of a row's links is of that name. */
  *#walk(name: string, placeOf: (row: Link) => number, afterSeq: number): Generator<Link> {
    let seq = (this.#newest.get(name)?.['seq'] as number | undefined) ?? 0;
    while (seq > afterSeq) {
      const row = this.#link.get(seq) as unknown as Link | undefined;
      const before = row === undefined ? undefined : (JSON.parse(row.links) as readonly number[])[placeOf(row)];
      if (row === undefined || before === undefined || before >= seq) throw wrongLink(seq);
      yield row;
      seq = before;
    }
  }

  *#walkKinds(kinds: readonly string[], afterSeq: number): Generator<Link> {
    const walks = [...new Set(kinds)].map((kind) => this.#walk(kindName(kind), () => kindPlace, afterSeq));
    const heads = walks.map((walk) => walk.next());
    for (;;) {
      let newest = -1;
      heads.forEach((head, index) => {
        if (head.done !== true && head.value.seq > (heads[newest]?.value?.seq ?? 0)) newest = index;
      });
      const head = heads[newest];
      if (head === undefined || head.done === true) return;
      yield head.value;
      heads[newest] = (walks[newest] as Generator<Link>).next();
    }
  }
}

function isWanted(row: Link, { run, kinds }: ReadOptions): boolean {
  return (run === undefined || row.run === run) && (kinds === undefined || kinds.includes(row.kind));
}

function wrongLink(seq: number): Fault {
  return new Fault('LEDGER_BROKEN', `Row ${seq} of the journal is gone or is linked wrongly.`, {
    state: 'Nothing was changed. The branch, its restore points and your files do not depend on the ledger.',
  });
}

/** Returns how many rows a read may give. Asking for more than there may be is a bug: rows would be missing unseen. */
function readLimit(limit = defaultLimit): number {
  if (!Number.isInteger(limit) || limit < 0 || limit > maxLimit) {
    throw new RangeError(`limit ${limit}: a read gives at most ${maxLimit} rows; read on with afterSeq`);
  }
  return limit;
}

/** Returns the entry that a stored row holds. */
export function entryOf(row: StoredEntry): Entry {
  const { seq, epoch, kind, run, prev, hash } = row;
  const keys = JSON.parse(row.keys) as readonly string[];
  return { seq, atMs: row.at_ms, epoch, kind, run, keys, data: JSON.parse(row.data) as JsonObject, prev, hash };
}

function requestOf({ id, kind, at_ms, data, answer }: StoredRequest): LedgerRequest {
  return {
    id,
    kind,
    atMs: at_ms,
    data: JSON.parse(data) as JsonObject,
    answer: answer === null ? null : (JSON.parse(answer) as JsonObject),
  };
}
