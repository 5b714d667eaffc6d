// This file imports nothing: what it shares with the rest would become a file of its own, and each costs time.

/** Text that `displayText` might change is left to it. */
export const needsEscape = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** What the quick path needs of the outside. */
export interface QuickDoors {
  write(text: string): void;
  /** The newest summary of the installation around the person, or undefined. */
  readStatus(): Promise<QuickSummary | undefined>;
  /** Ids of a kind in the installation around the person, or around `home`. */
  readIds(kind: string, home: string | undefined): Promise<readonly string[]>;
  readonly version: string;
}

interface QuickSummary {
  readonly summary: Readonly<Record<string, unknown>>;
  readonly isSupervised: boolean;
  readonly nOpenRequests: number;
}

/**
 * Answers what needs no parser, no schema and no installation: `--version`, help, the ids that a shell completes, and `status` when
 * the newest summary is enough. Returns the exit status, or undefined: then the whole command line has to be loaded.
 */
export async function quick(argv: readonly string[], doors: QuickDoors): Promise<number | undefined> {
  const [first] = argv;
  if (argv.length === 0 || (argv.length === 1 && first === 'status')) return quickStatus(doors);
  if (argv.length === 1 && (first === '--version' || first === '-V' || first === 'version')) {
    doors.write(`${doors.version}\n`);
    return 0;
  }
  if (first === 'complete') return quickIds(argv.slice(1), doors);
  if (first === 'help') return quickHelp(argv.slice(1), doors);
  const last = argv.at(-1);
  if (last !== '--help' && last !== '-h') return undefined;
  return quickHelp(argv.slice(0, -1), doors);
}

/** `complete <kind> [<home>]`: what the scripts of `completion` call. One id per line, and never an error: nobody typed it. */
async function quickIds([kind = '', home]: readonly string[], doors: QuickDoors): Promise<number> {
  const ids = await doors.readIds(kind, home === '' ? undefined : home);
  if (ids.length > 0) doors.write(`${ids.join('\n')}\n`);
  return 0;
}

async function quickHelp(words: readonly string[], doors: QuickDoors): Promise<number | undefined> {
  const { helpPages } = await import('./help.gen.ts');
  const page = (helpPages as Readonly<Record<string, string>>)[words.join(' ')];
  if (page === undefined) return undefined;
  doors.write(page);
  return 0;
}

async function quickStatus(doors: QuickDoors): Promise<number | undefined> {
  const status = await doors.readStatus();
  const summary = (status?.summary['summary'] ?? status?.summary) as
    | { version?: unknown; lines?: unknown; next?: unknown; isBusy?: unknown }
    | undefined;
  if (status === undefined || summary === undefined || summary.version !== 1 || status.nOpenRequests > 0)
    return undefined;
  // Work was going on and nobody is doing it: the journal has to be read to say more.
  if (summary.isBusy !== false && !status.isSupervised) return undefined;
  if (!Array.isArray(summary.lines) || typeof summary.next !== 'string') return undefined;
  const lines = [...summary.lines.map(String), `next: ${summary.next}`];
  if (lines.some((line) => needsEscape.test(line))) return undefined;
  doors.write(`${lines.join('\n')}\n`);
  return 0;
}
