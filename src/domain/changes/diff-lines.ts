/** Lines of the new side that a patch shows, by path: those that come, and those around them. */
export type DiffLines = ReadonlyMap<string, ReadonlySet<number>>;

/** Reads which lines a unified diff of git shows. What is no hunk is passed over; a name in quotes is read as git writes it. */
export function diffLines(patch: string): DiffLines {
  const found = new Map<string, Set<number>>();
  let lines = new Set<number>();
  let next = 0;
  let left = 0;
  for (const line of patch.split('\n')) {
    if (left <= 0) {
      const path = newPath(line);
      if (path !== undefined) {
        lines = found.get(path) ?? new Set();
        found.set(path, lines);
      }
      const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@/.exec(line);
      next = Number(hunk?.[1] ?? 0);
      left = hunk === null ? 0 : Number(hunk[2] ?? 1);
      continue;
    }
    // Within a hunk nothing but its length says where it ends: a line may look like a header.
    if (line.startsWith('-') || line.startsWith('\\')) continue;
    lines.add(next);
    next += 1;
    left -= 1;
  }
  return found;
}

function newPath(line: string): string | undefined {
  const plain = /^\+\+\+ b\/(.*?)\t?$/.exec(line)?.[1];
  if (plain !== undefined) return plain;
  const quoted = /^\+\+\+ "b\/(.*)"$/.exec(line)?.[1];
  return quoted === undefined ? undefined : unquoted(quoted);
}

/** git writes bytes outside ASCII as octal numbers. */
function unquoted(text: string): string {
  const bytes: number[] = [];
  const names: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, '"': 34, '\\': 92, a: 7, b: 8, f: 12, v: 11 };
  for (let at = 0; at < text.length; at += 1) {
    const octal = /^\\([0-7]{3})/.exec(text.slice(at, at + 4))?.[1];
    const named = text[at] === '\\' ? names[text[at + 1] ?? ''] : undefined;
    bytes.push(octal === undefined ? (named ?? text.charCodeAt(at)) : Number.parseInt(octal, 8));
    at += octal === undefined ? (named === undefined ? 0 : 1) : 3;
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
