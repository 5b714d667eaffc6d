import type { LogLine } from '../../ports/log-files.ts';

/** A longer line is cut, in bytes while it has no end and in characters then: no message that anybody reads is longer. */
const maxLine = 8 * 1024;

// oxlint-disable-next-line no-control-regex -- colours and other escapes of terminals
const escapes = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B\n\r]*(?:\u0007|\u001B\\)?|[@-Z\\-_])/g;
// oxlint-disable-next-line no-control-regex -- what steers a terminal or cannot be seen
const controls = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g;
// oxlint-disable-next-line no-control-regex -- most lines have neither
const isMarked = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/;

const newLine = 0x0a;
const carriageReturn = 0x0d;

/** Splits bytes into lines as they come. Holds at most one line, and of a long one only what is kept. */
export function createLineSplitter(): {
  take(bytes: Uint8Array): LogLine[];
  rest(): LogLine | undefined;
  /** Bytes of the line that has no end yet. */
  heldBytes(): number;
  /** Line ends that came so far. */
  endLine(): number;
} {
  const decoder = new TextDecoder();
  let held = new Uint8Array(0);
  let heldBytes = 0;
  let line = 1;
  const keep = (rest: Uint8Array): void => {
    if (held.length < maxLine) held = joined(held, rest.subarray(0, maxLine));
    heldBytes += rest.length;
  };
  return {
    take(bytes) {
      const end = Math.max(bytes.lastIndexOf(newLine), bytes.lastIndexOf(carriageReturn)) + 1;
      if (end === 0) {
        keep(bytes);
        return [];
      }
      const isFirstCut = heldBytes > held.length;
      const whole = bytes.subarray(0, end);
      // All at once: a decoder that is called for each line takes longer than all the rest.
      const text = plain(decoder.decode(heldBytes === 0 ? whole : joined(held, whole)));
      held = new Uint8Array(0);
      heldBytes = 0;
      const lines: LogLine[] = [];
      for (const one of text.split('\n')) {
        for (const piece of one.includes('\r') ? one.split('\r') : [one])
          if (piece !== '') lines.push(lineOf(piece, line));
        line += 1;
      }
      // What follows the last line feed is no line of its own.
      line -= 1;
      const [first] = lines;
      if (isFirstCut && first !== undefined) lines[0] = { ...first, isCut: true };
      if (end < bytes.length) keep(bytes.subarray(end));
      return lines;
    },
    rest: () =>
      heldBytes === 0 ? undefined : { ...lineOf(plain(decoder.decode(held)), line), isCut: heldBytes > maxLine },
    heldBytes: () => heldBytes,
    endLine: () => line - 1,
  };
}

const lineOf = (text: string, line: number): LogLine =>
  text.length > maxLine ? { line, text: text.slice(0, maxLine), isCut: true } : { line, text, isCut: false };

const plain = (text: string): string => (isMarked.test(text) ? text.replace(escapes, '').replace(controls, '') : text);

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
