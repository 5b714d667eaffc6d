import type { MemoryRef, NewMemory } from './entry.ts';
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

/**
 * Returns what an import would do, by key. `present` is what is there, by key; `problem` says why a key or content cannot be an entry.
 */
export function planImport(
  entries: readonly ExportedEntry[],
  there: {
    readonly present: (key: string) => { readonly version: number; readonly sha256: string } | undefined;
    readonly problem: (entry: ExportedEntry) => string | undefined;
  },
): readonly ImportStep[] {
  const byKey = new Map<string, ExportedEntry[]>();
  for (const entry of entries) byKey.set(entry.key, [...(byKey.get(entry.key) ?? []), entry]);
  return [...byKey].map(([key, versions]) => {
    const bad = versions.map((one) => there.problem(one)).find((why) => why !== undefined);
    const now = there.present(key);
    const at = { key, nVersions: versions.length, present: now?.version ?? 0 };
    if (bad !== undefined) return { ...at, what: 'invalid', why: bad };
    if (now === undefined) return { ...at, what: 'new', why: null };
    const isSame = versions.at(-1)?.sha256 === now.sha256;
    return {
      ...at,
      what: isSame ? 'same' : 'differs',
      why: isSame ? null : `version ${now.version} is there and says something else`,
    };
  });
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
