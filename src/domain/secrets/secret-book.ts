import { type PieceRedaction, redactPieces } from './redact-pieces.ts';
import { createRedaction, type Redaction } from './redaction.ts';

/** The secrets that this process knows, and what takes them out of all that it writes, sends and shows. */
export interface SecretBook extends Pick<Redaction, 'text' | 'data' | 'holds'> {
  /** From now on these values are secrets too: a key that was read from its file, a token that was made. */
  learn(values: Iterable<string>): void;
  /** Their exact values, to look for in files; never to be written. */
  known(): readonly string[];
  /** Redacts text that comes in pieces, by what is known when it begins. */
  pieces(): PieceRedaction;
}

/** A value of fewer characters is found in innocent text too often, and is no secret worth the name. */
const shortestSecret = 8;

/** Returns a book that holds these values to begin with. */
export function createSecretBook(values: Iterable<string> = []): SecretBook {
  const known = new Set<string>();
  let redaction = createRedaction([]);
  const learn = (more: Iterable<string>): void => {
    const before = known.size;
    for (const value of more) if (value.length >= shortestSecret) known.add(value);
    if (known.size > before) redaction = createRedaction(known);
  };
  learn(values);
  return {
    learn,
    known: () => [...known],
    text: (text) => redaction.text(text),
    data: (value) => redaction.data(value),
    holds: (text) => redaction.holds(text),
    pieces: () => redactPieces(redaction),
  };
}
