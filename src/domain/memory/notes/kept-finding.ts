/** What is known of a failure by somebody's fault: one for each signature and culprit. */
export interface KeptFinding {
  readonly signature: string;
  readonly name: string;
  /** As in the finding, `pack:name`; null: nobody is to blame. */
  readonly culprit: string | null;
  /** What was said of it last. */
  readonly sentence: string;
  readonly hits: string | null;
  readonly times: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** Where it was seen last, and the newest row that is counted. */
  readonly instance: string;
  readonly row: number;
}

const maxSlug = 28;

/** Returns the name of its entry below the domain: `findings/s18-import-failed-pack-foo.json`. Names come from logs: of what is no key a digest stands there. */
export function findingKey({ signature, name, culprit }: Pick<KeptFinding, 'signature' | 'name' | 'culprit'>): string {
  const stem = `${signature.toLowerCase()}-${name}`.slice(0, 64 - maxSlug - 15).replace(/-+$/, '');
  if (culprit === null) return `findings/${stem}.json`;
  const slug = culprit
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const isWhole = culprit.replace(':', '-') === slug && slug.length <= maxSlug;
  const end = isWhole ? slug : `${slug.slice(0, maxSlug).replace(/-+$/, '')}-${digest(culprit)}`;
  return `findings/${stem}-${end.replace(/^-/, '')}.json`;
}

/** Returns the text of its entry. */
export const printFinding = ({ firstAtMs, lastAtMs, ...rest }: KeptFinding): string =>
  `${JSON.stringify({ ...rest, first: new Date(firstAtMs).toISOString(), last: new Date(lastAtMs).toISOString() }, null, 2)}\n`;

/** Reads the text back; undefined where somebody gave it another form. */
export function readFinding(text: string): KeptFinding | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  const { signature, name, culprit, sentence, hits, times, first, last, instance, row } = value as Record<
    string,
    unknown
  >;
  const texts = [signature, name, sentence, instance].every((one) => typeof one === 'string');
  const orNull = [culprit, hits].every((one) => one === null || typeof one === 'string');
  const [firstAtMs, lastAtMs] = [first, last].map((one) => (typeof one === 'string' ? Date.parse(one) : Number.NaN));
  const numbers = [times, row, firstAtMs, lastAtMs].every((one) => Number.isSafeInteger(one));
  if (!texts || !orNull || !numbers) return undefined;
  return { signature, name, culprit, sentence, hits, times, firstAtMs, lastAtMs, instance, row } as KeptFinding;
}

/** FNV-1a, to tell names apart: nothing rests on it that somebody could want to forge, as the entry says whose it is. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
