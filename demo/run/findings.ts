/** One thing that the demonstration wanted to see, and what it saw. */
export interface Proof {
  readonly what: string;
  readonly expected: string;
  readonly seen: string;
  readonly ok: boolean;
}

export interface Part {
  readonly name: string;
  readonly durationMs: number;
}

/** What was seen and how long the parts took, in order. */
export class Findings {
  readonly proofs: Proof[] = [];
  readonly parts: Part[] = [];
  readonly startedMs = performance.now();

  /** Notes that `seen` should be `expected`. */
  same(what: string, expected: string | undefined, seen: string | undefined): void {
    this.#add(what, expected, seen, expected !== undefined && expected === seen);
  }

  /** Notes that `seen` should have met a condition, which `expected` describes. */
  meets(what: string, expected: string, seen: string | undefined, ok: boolean): void {
    this.#add(what, expected, seen, ok);
  }

  /** Runs one part and notes how long it took, also when it throws. */
  async timed<T>(name: string, act: () => T | Promise<T>): Promise<T> {
    const startedMs = performance.now();
    try {
      return await act();
    } finally {
      this.parts.push({ name, durationMs: performance.now() - startedMs });
    }
  }

  get isGood(): boolean {
    return this.proofs.length > 0 && this.proofs.every(({ ok }) => ok);
  }

  #add(what: string, expected = 'not known', seen = 'nothing', ok: boolean): void {
    this.proofs.push({ what, expected, seen, ok });
  }
}

/** Returns the closing table. */
export function reportText(record: Findings): string {
  const rows = record.proofs.map((proof) => [proof.ok ? '✓' : '✗', proof.what, proof.expected, proof.seen]);
  const seconds = record.parts.map(({ name, durationMs }) => `${name} ${(durationMs / 1000).toFixed(1)} s`);
  const totalMs = performance.now() - record.startedMs;
  return [
    table([['', 'what', 'expected', 'seen'], ...rows]),
    '',
    [...seconds, `together ${(totalMs / 1000).toFixed(1)} s`].join(' · '),
  ].join('\n');
}

const MAX_CELL_CHARS = 60;

function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => clip(cell.replaceAll('\n', ' '))));
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function clip(cell: string): string {
  return cell.length <= MAX_CELL_CHARS ? cell : `${cell.slice(0, MAX_CELL_CHARS - 1)}…`;
}
