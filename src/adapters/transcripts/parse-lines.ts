import { z } from 'zod';

import type { TranscriptLine } from '../../ports/index.ts';

const message = z.discriminatedUnion('role', [
  z.object({ role: z.literal('user'), text: z.string() }),
  z.object({ role: z.literal('note'), text: z.string() }),
  z.object({
    role: z.literal('model'),
    text: z.string(),
    calls: z.array(z.object({ id: z.string(), name: z.string(), arguments: z.string() })),
    opaque: z.record(z.string(), z.json()).optional(),
  }),
  z.object({
    role: z.literal('tools'),
    results: z.array(z.object({ id: z.string(), isError: z.boolean(), text: z.string() })),
  }),
]);
const line = z.object({
  atMs: z.number(),
  message,
  by: z
    .object({
      provider: z.string(),
      model: z.string(),
      usage: z.object({
        inputUncached: z.number(),
        cacheRead: z.number(),
        cacheWrite5m: z.number(),
        cacheWrite1h: z.number(),
        output: z.number(),
        reasoning: z.number(),
      }),
      costMicroUsd: z.number().nullable(),
      stop: z.enum(['end', 'tools', 'length', 'refused']),
    })
    .optional(),
});

/** Returns the lines of a transcript. What stands behind the last line feed was torn by a kill. `refuse` is told the first other line that is none. */
export function parseLines(text: string, refuse: (line: number) => never): readonly TranscriptLine[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((one, index) => {
    const parsed = line.safeParse(asJson(one));
    return parsed.success ? (parsed.data as TranscriptLine) : refuse(index + 1);
  });
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
