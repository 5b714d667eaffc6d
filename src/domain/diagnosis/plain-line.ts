/** What loggers write before a message: a time, a level, in either order. */
const prefix =
  /^(?:\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,6})?(?:Z|[+-]\d\d:?\d\d)?)\]?[ -]{1,3})?(?:\[(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\] ?)?/;

/** Returns the message of a log line without its time and level. A time without a zone is the machine's own. */
export function plainLine(line: string): { readonly text: string; readonly atMs: number | null } {
  const first = line.charCodeAt(0);
  // Neither `[` nor a digit: most lines have no prefix.
  if (first !== 0x5b && (first < 0x30 || first > 0x39)) return { text: line, atMs: null };
  const found = prefix.exec(line);
  if (found === null || found[0] === '') return { text: line, atMs: null };
  const atMs = found[1] === undefined ? Number.NaN : Date.parse(found[1].replace(',', '.').replace(' ', 'T'));
  return { text: line.slice(found[0].length), atMs: Number.isNaN(atMs) ? null : atMs };
}
