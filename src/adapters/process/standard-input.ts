/** Whoever calls a hook has its event ready: what has not come by then does not come, in milliseconds. */
const patienceMs = 5_000;

/**
 * Reads what comes on standard input, to its end, at most `maxBytes` of it and no longer than five seconds: a pipe that nobody closes holds
 * nobody up. What is more than that is left out, and what comes of a cut text is for whoever reads it.
 */
export async function readStandardInput({ maxBytes }: { maxBytes: number }): Promise<string> {
  const { stdin } = process;
  const pieces: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => stdin.destroy(), patienceMs);
  try {
    for await (const piece of stdin) {
      pieces.push(piece as Buffer);
      size += (piece as Buffer).length;
      if (size > maxBytes) break;
    }
  } catch {
    // It was broken off: what came so far is looked at, and found to be cut.
  } finally {
    clearTimeout(timer);
    stdin.destroy();
  }
  return Buffer.concat(pieces)
    .subarray(0, maxBytes + 1)
    .toString('utf8');
}
