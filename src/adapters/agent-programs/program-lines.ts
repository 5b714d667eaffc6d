/** A line beyond this is cut: what is behind it is dropped until the line ends. A whole file that was read fits into one line. */
const maxLineBytes = 4 * 1024 * 1024;

const newLine = 0x0a;

/** Yields the lines of a program's output as text, without their ends. Holds one line at most; bytes that are no UTF-8 become U+FFFD. */
export async function* programLines(chunks: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const keep = (piece: Uint8Array): void => {
    const kept = piece.subarray(0, Math.max(0, maxLineBytes - heldBytes));
    if (kept.length > 0) held.push(kept);
    heldBytes += kept.length;
  };
  const take = (): string => {
    const line = decoder.decode(Buffer.concat(held, heldBytes));
    held = [];
    heldBytes = 0;
    return line;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(newLine); end >= 0; end = chunk.indexOf(newLine, from)) {
      keep(chunk.subarray(from, end));
      from = end + 1;
      yield take();
    }
    keep(chunk.subarray(from));
  }
  if (heldBytes > 0) yield take();
}
