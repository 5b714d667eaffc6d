import { type Redaction, redacted } from './redaction.ts';

/** Longest text of one of the patterns that is waited for, in characters: a private key of 4096 bits has 3,300. */
const longestPattern = 4_096;
/** How far apart the places are at which text without line ends is tried to be cut, in characters. */
const stepBack = 256;
/** What is kept back at most, in lengths of the longest secret: beyond it all goes out at once, redacted as it is. */
const maxKept = 16;

/** Redacts text that comes in pieces. */
export interface PieceRedaction {
  /** Returns what is known to hold no secret; the end of the piece may be the beginning of one, and is kept back. */
  push(piece: string): string;
  /** Returns what is left. */
  end(): string;
}

/** Returns a redaction for pieces: a secret that is split over two of them is found as well. Whole lines are let go at once. */
export function redactPieces(redaction: Redaction): PieceRedaction {
  const keep = Math.max(redaction.longest, longestPattern);
  let rest = '';
  return {
    push(piece) {
      rest += piece;
      const cut = rest.length > keep * maxKept ? rest.length : findCut(redaction, rest, keep);
      const out = redaction.text(rest.slice(0, cut));
      rest = rest.slice(cut);
      return out;
    },
    end() {
      const last = redaction.text(rest);
      rest = '';
      return last;
    },
  };
}

/** Returns the last place at which no secret lies on both sides, as far as can be told; 0: nothing may go. */
function findCut(redaction: Redaction, text: string, keep: number): number {
  const lineEnd = redaction.hasLines ? 0 : text.lastIndexOf('\n') + 1;
  const whole = redaction.text(text);
  for (let cut = Math.max(lineEnd, text.length - keep); cut > 0; cut -= stepBack) {
    const before = redaction.text(text.slice(0, cut));
    // One that ends exactly here may go on in the next piece.
    if (!before.endsWith(redacted) && before + redaction.text(text.slice(cut)) === whole) return cut;
  }
  return 0;
}
