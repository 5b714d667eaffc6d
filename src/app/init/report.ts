import { z } from 'zod';

/** What `init` found, and what it wrote or would write. */
export const initReport = z.object({
  state: z.enum(['planned', 'made']).describe('`planned`: nothing was written.'),
  home: z.string(),
  id: z.string().nullable().describe('Names the state folder; null until it is made.'),
  stateFolder: z.string().nullable(),
  branch: z.string(),
  port: z.number(),
  python: z.string().describe('Version of the interpreter.'),
  components: z.array(
    z.object({
      id: z.string(),
      path: z.string(),
      source: z.string(),
      commit: z.string().nullable(),
      files: z.number().nullable().describe('Files taken into the store; null until it is made.'),
    }),
  ),
  packages: z.array(z.object({ name: z.string(), version: z.string() })),
  downloadBytes: z.number().nullable(),
  workflows: z.array(z.string()),
  writes: z.array(z.string()).describe('Everything that is written, outside of which nothing is touched.'),
  restorePoint: z.string().nullable(),
  environment: z.string().nullable(),
  next: z.array(z.string()).describe('What to type next.'),
});

export type InitReport = z.infer<typeof initReport>;
