import { z } from 'zod';

import { templateIds } from '../../domain/definitions/types.ts';

/** What `init` found, and what it wrote or would write. */
export const initReport = z.object({
  state: z.enum(['planned', 'made']).describe('`planned`: nothing was written.'),
  home: z.string(),
  id: z.string().nullable().describe('Names the state folder; null until it is made.'),
  stateFolder: z.string().nullable(),
  branch: z.string(),
  port: z.number(),
  mode: z.enum(['managed', 'none']).describe('Who starts production: orchestrate, or nobody here (`none`).'),
  template: z.enum(templateIds),
  program: z
    .object({
      start: z.array(z.string()),
      ready: z.string(),
      setup: z.array(z.string()),
      checks: z.array(z.array(z.string())),
      homePort: z.number().describe('Where its tree is proven, when that port is free.'),
    })
    .nullable()
    .describe('Template service: what is run and asked; null for ComfyUI.'),
  layout: z
    .object({
      id: z.enum(['clone', 'archive', 'swarmui', 'stability-matrix']),
      sentence: z.string(),
      root: z.string().nullable().describe('Folder of the program that the copy belongs to.'),
    })
    .nullable()
    .describe('What the ComfyUI folder is; null where the template is another one.'),
  found: z
    .object({
      python: z.string().describe('Its interpreter.'),
      prefix: z.string().describe('Its folder.'),
      manager: z.enum(['venv', 'conda', 'system']),
      how: z.string(),
    })
    .nullable()
    .describe('Environment that was found and is used where it lies; null: one is built from a lock.'),
  grade: z.enum(['ready', 'borrowed']).describe('Grade of restore point 0.'),
  python: z.string().nullable().describe('Version of the interpreter; null where no environment is looked after.'),
  components: z.array(
    z.object({
      id: z.string(),
      path: z.string(),
      source: z.string(),
      commit: z.string().nullable(),
      note: z.string().nullable().describe('How it came here, where that is worth a word.'),
      files: z.number().nullable().describe('Files taken into the store; null until it is made.'),
      edits: z
        .number()
        .nullable()
        .describe('Files that differ from its commit, kept as a patch; null until it is made, or without a commit.'),
    }),
  ),
  packages: z.array(z.object({ name: z.string(), version: z.string() })),
  fates: z
    .array(
      z.object({
        name: z.string(),
        version: z.string(),
        fate: z
          .enum(['kept wheel', 'rebuild', 'lost', 'unknown'])
          .describe('What happens to it in a new environment; `unknown`: the index could not be asked.'),
        from: z.string().nullable(),
        sentence: z.string(),
      }),
    )
    .describe('Packages of the environment that was found which no index supplies, one by one.'),
  notTaken: z
    .array(z.object({ path: z.string(), why: z.string() }))
    .describe('What lies among the node packs and is not taken.'),
  notes: z.array(z.string()).describe('What a person should know.'),
  downloadBytes: z.number().nullable(),
  workflows: z.array(z.string()),
  writes: z.array(z.string()).describe('Everything that is written, outside of which nothing is touched.'),
  restorePoint: z.string().nullable(),
  environment: z.string().nullable(),
  next: z.array(z.string()).describe('What to type next.'),
});

export type InitReport = z.infer<typeof initReport>;
