import { z } from 'zod';

import { drillParts } from '../domain/restore/drill.ts';
import { defineAction } from './_context.ts';

const output = z.object({
  number: z.number().int(),
  name: z.string(),
  run: z.string(),
  tree: z.string(),
  environment: z.string().nullable(),
  parts: z.array(z.object({ part: z.enum(drillParts), durationMs: z.number(), sentence: z.string() })),
  notProven: z.array(z.string()),
});

/** Brings a restore point back beside everything else, and says what that took. What it made is removed with the run's end. */
export const restoreDrill = defineAction({
  id: 'restore.drill',
  summary: 'Bring a restore point back in folders of its own',
  effect: 'read',
  input: z.object({ point: z.string().min(1) }),
  output,
  async run(context, { point }) {
    const { parts, notProven, ...drilled } = await context.drill(point);
    return { ...drilled, parts: [...parts], notProven: [...notProven] };
  },
  describe: ({ name, parts }) =>
    `${name} comes back: ${parts.map(({ part, durationMs }) => `${part} ${(durationMs / 1000).toFixed(1)} s`).join(', ')}`,
});
