/** One line of a reflog: what a git did, as which person, when. */
export interface ReflogEntry {
  readonly from: string;
  readonly to: string;
  readonly person: string;
  readonly atMs: number;
  /** `clone: from https://…`, `checkout: moving from a to b`, `commit: fix`. */
  readonly message: string;
}

const line = /^([0-9a-f]{40}) ([0-9a-f]{40}) ([^<\n]{0,200}<[^>\n]{0,200}>) (\d{1,12}) [+-]\d{4}\t?(.{0,500})/;

/** Lines that are looked at: the newest ones. */
const maxLines = 200;

/** Returns the newest entries of `logs/HEAD`, oldest first. It is text of others: a line that does not fit is left out. */
export function parseReflog(text: string): readonly ReflogEntry[] {
  return text
    .split('\n')
    .slice(-maxLines - 1)
    .flatMap((one) => {
      const [, from, to, person, seconds, message] = line.exec(one) ?? [];
      if (from === undefined || to === undefined || person === undefined) return [];
      return [{ from, to, person: person.trim(), atMs: Number(seconds) * 1000, message: message ?? '' }];
    });
}

/** Returns what happened after a commit was last checked out; all of it when the log does not know the commit. */
export function entriesSince(entries: readonly ReflogEntry[], commit: string | null): readonly ReflogEntry[] {
  const at = commit === null ? -1 : entries.findLastIndex(({ to }) => to === commit);
  return entries.slice(at + 1);
}
