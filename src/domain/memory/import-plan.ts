import type { MemoryRef, MemoryVersion, NewMemory } from './entry.ts';
import type { ExportedEntry, ExportHead } from './portable.ts';

/** What an import does with one key. `differs`: something else is there, and stays unless it is asked to be replaced. */
export interface ImportStep {
  readonly key: string;
  readonly what: 'new' | 'same' | 'differs' | 'invalid';
  /** Versions that would be written. */
  readonly nVersions: number;
  /** Version that is there now; 0: none. */
  readonly present: number;
  readonly why: string | null;
}

type Newest = Pick<MemoryVersion, 'version' | 'sha256' | 'isRemoved'>;

/**
 * Returns what an import would do, by key. `newest` is what memory knows of a key, also when it was taken away: that it is gone is
 * something that an import does not change unasked. `problem` says why a key or content cannot be an entry.
 */
export function planImport(
  entries: readonly ExportedEntry[],
  there: {
    readonly newest: (key: string) => Newest | undefined;
    readonly problem: (entry: ExportedEntry) => string | undefined;
  },
): readonly ImportStep[] {
  return [...Map.groupBy(entries, ({ key }) => key)].map(([key, versions]) => {
    const bad = versions.map((one) => there.problem(one)).find((why) => why !== undefined);
    const now = there.newest(key);
    const at = { key, nVersions: versions.length, present: now === undefined || now.isRemoved ? 0 : now.version };
    if (bad !== undefined) return { ...at, what: 'invalid', why: bad };
    if (now === undefined) return { ...at, what: 'new', why: null };
    const why = difference(versions.at(-1), now);
    return { ...at, what: why === null ? 'same' : 'differs', why };
  });
}

function difference(brought: ExportedEntry | undefined, now: Newest): string | null {
  if (brought?.isRemoved === true && now.isRemoved) return null;
  if (now.isRemoved) return `it was taken away here after version ${now.version}`;
  if (brought?.isRemoved === true)
    return `version ${now.version} is there, and it was taken away where the file comes from`;
  return brought?.sha256 === now.sha256 ? null : `version ${now.version} is there and says something else`;
}

/**
 * Returns an exported version as it is written here: by whoever imports it. Who said it elsewhere becomes evidence, and rows of another
 * installation's journal are named as such: `#12` there is not `#12` here. `versions`: what `key@version` of the export became here; what
 * it says of others is left out.
 */
export function importedEntry(
  entry: ExportedEntry,
  from: ExportHead,
  here: { readonly by: NewMemory['by']; readonly installation: string; readonly versions: ReadonlyMap<string, number> },
): NewMemory {
  const isOwn = from.installation === here.installation;
  const rows = entry.evidence.map((one) => (!isOwn && /^#\d+$/.test(one) ? `${from.installation}${one}` : one));
  const said = `said by ${entry.by.kind} ${entry.by.name} in ${from.installation}, ${entry.key}@${entry.version}`;
  const renumbered = (refs: readonly MemoryRef[]): readonly MemoryRef[] =>
    refs.flatMap(({ key, version }) => {
      const now = here.versions.get(`${key}@${version}`);
      return now === undefined ? [] : [{ key, version: now }];
    });
  return {
    key: entry.key,
    kind: entry.kind,
    text: entry.text,
    by: here.by,
    origin: 'import',
    evidence: [...rows.slice(0, 63), said.slice(0, 500)],
    confidence: entry.confidence,
    expiresAtMs: entry.expiresAtMs,
    supersedes: renumbered(entry.supersedes),
    refutes: renumbered(entry.refutes),
    copyOf: renumbered(entry.copyOf === null ? [] : [entry.copyOf])[0] ?? null,
  };
}
