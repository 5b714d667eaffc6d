import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** The heads that are remembered between transactions; past this they are looked up again. */
const maxRemembered = 20_000;

/** The name under which the newest row of a run, a kind, a key is found. */
export const runName = (run: string): string => `r:${run}`;
export const kindName = (kind: string): string => `t:${kind}`;
export const keyName = (key: string): string => `k:${key}`;

/** Where in `namesOf`, and so in `journal.links`, each of them stands; the keys begin at `keyPlace`. */
export const runPlace = 0;
export const kindPlace = 1;
export const keyPlace = 2;

/**
 * Returns the names that a row is found under: its run's (empty without one), its kind's, its keys'.
 * `journal.links` has the same order.
 */
export function namesOf(row: {
  readonly run: string | null;
  readonly kind: string;
  readonly keys: readonly string[];
}): readonly string[] {
  return [row.run === null ? '' : runName(row.run), kindName(row.kind), ...row.keys.map(keyName)];
}

/**
 * The newest row of each run, kind and key. A row remembers the row before it under each of its names, so that
 * one small table finds them all: an index of (key, row) would touch a page of its own for each key in a commit.
 */
export class KeyHeads {
  readonly #find: StatementSync;
  readonly #save: StatementSync;
  readonly #known = new Map<string, number>();
  readonly #moved = new Set<string>();

  constructor(db: DatabaseSync) {
    this.#find = db.prepare('SELECT seq FROM key_heads WHERE name = ?');
    this.#save = db.prepare('INSERT INTO key_heads VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq');
  }

  /** Forgets what is remembered: another writer was there, or a transaction was rolled back. */
  forget(): void {
    this.#known.clear();
    this.#moved.clear();
  }

  /** Makes `seq` the newest row of the names and returns the links of that row: the rows before, 0 for none. */
  move(names: readonly string[], seq: number): readonly number[] {
    return names.map((name) => {
      if (name === '') return 0;
      const before = this.#known.get(name) ?? this.#load(name);
      this.#known.set(name, seq);
      this.#moved.add(name);
      return before;
    });
  }

  /** Writes what was moved. Must be called before the commit. */
  save(): void {
    for (const name of this.#moved) this.#save.run(name, this.#known.get(name) as number);
    this.#moved.clear();
    if (this.#known.size > maxRemembered) this.#known.clear();
  }

  #load(name: string): number {
    return (this.#find.get(name)?.['seq'] as number | undefined) ?? 0;
  }
}
