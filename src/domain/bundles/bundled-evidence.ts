import { z } from 'zod';

import { linkHash, type ChainEntry } from '../journal/chain.ts';

const rowShape = z.strictObject({
  seq: z.number().int(),
  atMs: z.number(),
  epoch: z.number().int(),
  kind: z.string(),
  run: z.string().nullable(),
  keys: z.array(z.string()),
  data: z.record(z.string(), z.json()),
  prev: z.string(),
  hash: z.string(),
});

/**
 * Returns the journal rows of a bundle, one a line, that are whole in themselves: their hash is the one of their content.
 * Rows between them are not there, so nothing is said about the chain. `nBroken` counts the others.
 */
export function readBundledEvidence(
  text: string,
  sha256: (text: string) => string,
): { readonly rows: readonly ChainEntry[]; readonly nBroken: number } {
  const rows: ChainEntry[] = [];
  let nBroken = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const row = parseRow(line);
    if (row !== undefined && linkHash(row, sha256) === row.hash) rows.push(row);
    else nBroken += 1;
  }
  return { rows, nBroken };
}

function parseRow(line: string): ChainEntry | undefined {
  try {
    return rowShape.parse(JSON.parse(line)) as unknown as ChainEntry;
  } catch {
    return undefined;
  }
}
