/** What a name points to. Folders hold names; the root is inode 1. */
export type Inode =
  | { readonly kind: 'file'; data: Buffer; mode: number; mtimeMs: number }
  | { readonly kind: 'link'; readonly target: string; mode: number; mtimeMs: number }
  | { readonly kind: 'directory'; readonly entries: Map<string, number>; mode: number; mtimeMs: number };

/** One step that a power failure may undo, or a barrier after which it may not. */
export type DiskOp =
  | {
      readonly kind: 'create';
      readonly inode: number;
      readonly what: 'file' | 'directory' | 'link';
      readonly mode: number;
      readonly target?: string;
    }
  | { readonly kind: 'write'; readonly inode: number; readonly data: Buffer }
  | { readonly kind: 'mode'; readonly inode: number; readonly mode: number }
  | { readonly kind: 'set'; readonly dir: number; readonly name: string; readonly inode: number }
  | { readonly kind: 'unset'; readonly dir: number; readonly name: string }
  | {
      readonly kind: 'move';
      readonly from: number;
      readonly fromName: string;
      readonly dir: number;
      readonly name: string;
      readonly inode: number;
    }
  | { readonly kind: 'sync-file'; readonly inode: number }
  | { readonly kind: 'sync-folder'; readonly dir: number };

export const rootInode = 1;

/** How a pending step came out of the failure. `torn` is half of what was written. */
type Fate = 'kept' | 'lost' | 'torn';

/** A disk: what is on it now, and the steps that led there. */
export class FakeDisk {
  readonly inodes = new Map<number, Inode>([
    [rootInode, { kind: 'directory', entries: new Map(), mode: 0o755, mtimeMs: 0 }],
  ]);
  readonly log: DiskOp[] = [];
  /** When set, the step with this number (from 0) and all later ones fail. */
  failFrom: { at: number; code: string } | undefined;
  #lastInode = rootInode;
  /** Steps before this one are safe. */
  #nSafe = 0;

  /** Makes everything that is there now safe: a power failure undoes only what comes after. */
  settle(): void {
    this.#nSafe = this.log.length;
  }

  nextInode(): number {
    this.#lastInode += 1;
    return this.#lastInode;
  }

  /** Takes a step, or fails as the disk was told to. */
  do(op: DiskOp): void {
    if (this.failFrom !== undefined && this.log.length >= this.failFrom.at) {
      const { code } = this.failFrom;
      throw Object.assign(new Error(code), { code, syscall: op.kind });
    }
    this.log.push(op);
    this.#apply(op, 'kept');
    if ('inode' in op) this.#lastInode = Math.max(this.#lastInode, op.inode);
  }

  /**
   * Every disk that a power failure may leave: after each step since `settle`, with each legal choice among the
   * steps that no barrier has made safe. Past `maxPending` open steps only the plain choices are
   * made: all, none, each alone lost, each alone kept.
   */
  *crashDisks(maxPending = 6): Generator<FakeDisk> {
    const seen = new Set<string>();
    for (let end = this.#nSafe; end <= this.log.length; end += 1) {
      for (const disk of this.crashDisksAt(end, maxPending)) {
        const text = disk.toText();
        if (seen.has(text)) continue;
        seen.add(text);
        yield disk;
      }
    }
  }

  /** Those that a failure after the first `end` steps may leave; some may be the same. */
  *crashDisksAt(end: number, maxPending = 6): Generator<FakeDisk> {
    const done = this.log.slice(0, end);
    const pending = done
      .map((op, at) => (isPending(op, done.slice(at + 1)) ? at : -1))
      .filter((at) => at >= this.#nSafe);
    for (const fates of choices(done, pending, maxPending)) {
      const disk = new FakeDisk();
      done.forEach((op, at) => disk.#apply(op, fates.get(at) ?? 'kept'));
      disk.#lastInode = this.#lastInode;
      yield disk;
    }
  }

  /** Everything that a path leads to, as text: two disks with the same text are the same. */
  toText(): string {
    const lines: string[] = [];
    const visit = (path: string, id: number): void => {
      const inode = this.inodes.get(id);
      if (inode === undefined) return;
      if (inode.kind === 'file') lines.push(`${path} ${inode.mode} ${inode.data.toString('latin1')}`);
      else if (inode.kind === 'link') lines.push(`${path} -> ${inode.target}`);
      else {
        lines.push(`${path}/ ${inode.mode}`);
        for (const name of [...inode.entries.keys()].sort()) visit(`${path}/${name}`, inode.entries.get(name) ?? 0);
      }
    };
    visit('', rootInode);
    return lines.join('\n');
  }

  #apply(op: DiskOp, fate: Fate): void {
    switch (op.kind) {
      case 'create':
        this.inodes.set(op.inode, made(op));
        return;
      case 'write': {
        const inode = this.inodes.get(op.inode);
        if (inode?.kind !== 'file') return;
        if (fate === 'kept') inode.data = op.data;
        if (fate === 'torn') inode.data = op.data.subarray(0, Math.floor(op.data.length / 2));
        return;
      }
      case 'mode': {
        const inode = this.inodes.get(op.inode);
        if (inode !== undefined && fate === 'kept') inode.mode = op.mode;
        return;
      }
      case 'set':
        if (fate === 'kept') this.#entries(op.dir)?.set(op.name, op.inode);
        return;
      case 'unset':
        if (fate === 'kept') this.#entries(op.dir)?.delete(op.name);
        return;
      case 'move': {
        if (fate !== 'kept') return;
        const from = this.#entries(op.from);
        if (from?.get(op.fromName) === op.inode) from.delete(op.fromName);
        this.#entries(op.dir)?.set(op.name, op.inode);
        return;
      }
      case 'sync-file':
      case 'sync-folder':
        return;
    }
  }

  #entries(dir: number): Map<string, number> | undefined {
    const inode = this.inodes.get(dir);
    return inode?.kind === 'directory' ? inode.entries : undefined;
  }
}

function made({ what, mode, target }: Extract<DiskOp, { kind: 'create' }>): Inode {
  if (what === 'file') return { kind: 'file', data: Buffer.alloc(0), mode, mtimeMs: 0 };
  if (what === 'link') return { kind: 'link', target: target ?? '', mode, mtimeMs: 0 };
  return { kind: 'directory', entries: new Map(), mode, mtimeMs: 0 };
}

/** A step is safe once its file, or the folder that took the name, was synced after it. */
function isPending(op: DiskOp, later: readonly DiskOp[]): boolean {
  switch (op.kind) {
    case 'write':
    case 'mode':
      return !later.some(
        (next) =>
          (next.kind === 'sync-file' && next.inode === op.inode) ||
          (next.kind === 'sync-folder' && next.dir === op.inode),
      );
    case 'set':
    case 'unset':
    case 'move':
      return !later.some((next) => next.kind === 'sync-folder' && next.dir === op.dir);
    case 'create':
    case 'sync-file':
    case 'sync-folder':
      return false;
  }
}

function* choices(
  ops: readonly DiskOp[],
  pending: readonly number[],
  maxPending: number,
): Generator<ReadonlyMap<number, Fate>> {
  const fatesOf = (at: number): readonly Fate[] =>
    ops[at]?.kind === 'write' ? ['kept', 'torn', 'lost'] : ['kept', 'lost'];
  if (pending.length <= maxPending) {
    yield* product(pending, fatesOf);
    return;
  }
  const all = (fate: Fate): Map<number, Fate> => new Map(pending.map((at) => [at, fate]));
  yield all('kept');
  yield all('lost');
  for (const at of pending) {
    for (const fate of fatesOf(at)) yield all('kept').set(at, fate);
    yield all('lost').set(at, 'kept');
  }
}

function* product(
  pending: readonly number[],
  fatesOf: (at: number) => readonly Fate[],
): Generator<ReadonlyMap<number, Fate>> {
  const [first, ...rest] = pending;
  if (first === undefined) {
    yield new Map();
    return;
  }
  for (const fate of fatesOf(first))
    for (const others of product(rest, fatesOf)) yield new Map([...others, [first, fate]]);
}
