import { z } from 'zod';

import { bytesText } from '../domain/plans/amounts.ts';
import { defineAction } from './_context.ts';

const output = z.object({
  point: z.string(),
  bundle: z.string(),
  bundleBytes: z.number(),
  key: z.string(),
  reused: z.boolean(),
  memory: z.string(),
  memoryBytes: z.number(),
  nEntries: z.number().int(),
});

/** Writes a restore point and all memory into a folder, and reads the bundle back. A repeat is safe. Faults: those of `backUp`. */
export const backupMake = defineAction({
  id: 'backup.make',
  summary: 'Write a restore point and all memory into a folder, and read them back',
  effect: 'write',
  input: z.object({ point: z.string().min(1), folder: z.string().min(1) }),
  output,
  run: (context, { point, folder }) => context.backUp({ point, folder }),
  describe: ({ point, bundle, bundleBytes, reused, nEntries, memory, memoryBytes }) =>
    `${point} ${reused ? 'was there, and every hash holds' : 'written and read back'}: ${bundle} (${bytesText(bundleBytes)}); ${nEntries} entries of memory: ${memory} (${bytesText(memoryBytes)})`,
});
