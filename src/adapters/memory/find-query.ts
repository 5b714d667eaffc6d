import type { MemoryQuery } from '../../ports/memory.ts';
import { digits, expiring, refuted } from './entry-id.ts';

/** A match in the key is worth as much as four in the text: it is in both tables. */
const weights = { words: 0.25, keys: 0.75 };
/** Most that one question is answered with. */
const maxHits = 1_000;
/**
 * A phrase that more entries have than this tells little about each: it counts in the newest of them, and in the newest keys that have
 * it, or in as many as are to be shown.
 */
const nCountedAtLeast = 250;

/** A statement for the index of memory, and what goes into its places. */
export interface FindQuery {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/** Returns how the index is asked for `(key, version, score)`, best first. `phrases` are of `phrasesOf`, and at least one. */
export function findQuery(
  { any = false, limit = 20, ...where }: MemoryQuery,
  phrases: readonly (readonly string[])[],
  nowMs: number,
): FindQuery {
  const nShown = Math.min(limit, maxHits);
  const nCounted = Math.max(nShown, nCountedAtLeast);
  const filters = filtersOf(where, nowMs);
  const quoted = phrases.map((words) => `"${words.join(' ')}"`);
  const parts: readonly Part[] = [
    ...(any ? quoted.map(inWords) : [{ ...inWords(quoted.join(' AND ')), nPhrases: quoted.length }]),
    ...quoted.map((match): Part => ({ table: 'keys', match, nPhrases: 1 })),
  ];
  return {
    sql: `SELECT e.key, e.version, hit.score FROM (
       SELECT id, sum(rank) / (4 + (id & ${digits})) AS score
       FROM (${parts.map((part) => countedHits(part, filters)).join(' UNION ALL ')}) GROUP BY id
       HAVING sum(nPhrases) >= ? ORDER BY score DESC, id DESC LIMIT ?
     ) hit CROSS JOIN entries e ON e.id = hit.id ORDER BY hit.score DESC, e.key`,
    values: [
      ...parts.flatMap(({ match }) => [match, ...filters.flatMap(({ values }) => values), nCounted]),
      any ? 1 : phrases.length,
      nShown,
    ],
  };
}

function filtersOf(
  { prefix, kinds, withOld = false }: Omit<MemoryQuery, 'any' | 'limit'>,
  nowMs: number,
): readonly FindQuery[] {
  const isNew = `rowid & ${refuted} = 0 AND (rowid & ${expiring} = 0 OR ${hasEntry('expires_at_ms > ?')})`;
  const folder = prefix?.replace(/\/+$/, '') ?? '';
  const isBelow = hasEntry('(key = ? OR (key > ? AND key < ?))');
  const isOfKind = hasEntry(`kind IN (${(kinds ?? []).map(() => '?').join(', ')})`);
  return [
    ...(withOld ? [] : [{ sql: isNew, values: [nowMs] }]),
    ...(folder === '' ? [] : [{ sql: isBelow, values: [folder, `${folder}/`, `${folder}0`] }]),
    ...(kinds === undefined ? [] : [{ sql: isOfKind, values: kinds }]),
  ];
}

/** Asks the entry of a hit. */
const hasEntry = (what: string): string => `EXISTS (SELECT 1 FROM entries WHERE entries.id = hits.rowid AND ${what})`;

/** A match, and how many of the phrases asked for each of its hits has. */
interface Part {
  readonly table: 'words' | 'keys';
  readonly match: string;
  readonly nPhrases: number;
}

const inWords = (match: string): Part => ({ table: 'words', match, nPhrases: 1 });

/** The newest hits of a match, as `(id, rank, nPhrases)`. */
const countedHits = ({ table, nPhrases }: Part, filters: readonly FindQuery[]): string =>
  `SELECT id, rank, ${nPhrases} AS nPhrases FROM (
     SELECT rowid AS id, -bm25(${table}, ${weights[table]}${table === 'words' ? `, ${weights.words}` : ''}) AS rank
     FROM ${table} AS hits WHERE ${table} MATCH ? ${filters.map(({ sql }) => `AND ${sql}`).join(' ')}
     ORDER BY rowid DESC LIMIT ?)`;
