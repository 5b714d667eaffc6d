import { asText } from './text-of.ts';

/** What is kept of a stream: its beginning and its end, in bytes. The rest is counted and let go, so that 100 MB take no memory. */
const keptBytes = 24 * 1024;

/** Returns what a program wrote as text, its middle left out where it is long; what is no text is described. Reads to the end. */
export async function keepOutput(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const head = new Uint8Array(keptBytes);
  const tail = new Uint8Array(keptBytes);
  let sizeBytes = 0;
  for await (const chunk of stream) {
    const nHead = Math.min(chunk.byteLength, Math.max(0, keptBytes - sizeBytes));
    head.set(chunk.subarray(0, nHead), Math.min(sizeBytes, keptBytes));
    const rest = chunk.subarray(nHead).subarray(-keptBytes);
    tail.copyWithin(0, rest.byteLength);
    tail.set(rest, keptBytes - rest.byteLength);
    sizeBytes += chunk.byteLength;
  }
  const nTail = Math.min(keptBytes, Math.max(0, sizeBytes - keptBytes));
  const end = tail.subarray(keptBytes - nTail);
  const nLeftOut = Math.max(0, sizeBytes - 2 * keptBytes);
  if (nLeftOut === 0) {
    const all = new Uint8Array(Math.min(sizeBytes, keptBytes) + nTail);
    all.set(head.subarray(0, Math.min(sizeBytes, keptBytes)));
    all.set(end, keptBytes * Number(nTail > 0));
    return asText(all) ?? noText(sizeBytes);
  }
  const [first, last] = [asText(head), asText(end.subarray(wholeFrom(end)))];
  if (first === undefined || last === undefined) return noText(sizeBytes);
  return `${first}\n[${nLeftOut} bytes left out]\n${last}`;
}

const noText = (sizeBytes: number): string => `[${sizeBytes} bytes that are no text]`;

/** Where the first whole character of UTF-8 begins: a cut may go through one. */
const wholeFrom = (bytes: Uint8Array): number => {
  const at = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80);
  return at < 0 ? 0 : at;
};
