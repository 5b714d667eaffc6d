const lastLine = /^(?:\[\w+\] )?((?:[A-Za-z_][\w.]*)?(?:Error|Exception|Interrupt|Exit)\b.*)$/;

/** Returns the one line of a server's log that says why it ended: the end of its last traceback, else its last line. */
export function bootFailure(tail: readonly string[]): string {
  for (let index = tail.length - 1; index >= 0; index--) {
    const found = lastLine.exec(tail[index] ?? '');
    if (found?.[1]) return found[1];
  }
  return tail.at(-1)?.trim() || 'it wrote nothing';
}
