const lastLine = /^(?:\[\w+\] )?((?:[A-Za-z_][\w.]*)?(?:Error|Exception|Interrupt|Exit)\b.*)$/;

/** What Python's argparse prints before it ends with 2; another version of ComfyUI knows other flags. */
const unknownFlags = /^\S*: error: unrecognized arguments: (.{1,200})/;

/** Returns the one line of a server's log that says why it ended: the end of its last traceback, else its last line. */
export function bootFailure(tail: readonly string[]): string {
  const flags = tail.map((line) => unknownFlags.exec(line)?.[1]).find((found) => found !== undefined);
  if (flags !== undefined)
    return `it does not know the start argument ${flags.trim()}: take it out of service.args in orchestrate.yaml`;
  for (let index = tail.length - 1; index >= 0; index--) {
    const found = lastLine.exec(tail[index] ?? '');
    if (found?.[1]) return found[1];
  }
  return tail.at(-1)?.trim() || 'it wrote nothing';
}
