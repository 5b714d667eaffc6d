import { z } from 'zod';

import { stated } from '../../base/stated.ts';
import { adopt } from '../init/adopt.ts';
import { planInit } from '../init/plan-init.ts';
import { initReport } from '../init/report.ts';
import { defineOperation } from '../operation.ts';

/** `orchestrate init [dir]` */
export const init = defineOperation({
  name: 'init',
  summary: 'Make an installation beside a ComfyUI folder, touching nothing of it.',
  description:
    'Makes a home: a git repository of declarations beside the ComfyUI folder, be it a clone, an archive, or the copy of SwarmUI or Stability Matrix. ComfyUI and its node packs are copied into a store of our own. An environment that is found is used where it lies, and restore point 0 is graded borrowed; where none is found, or with --fresh, one is built from a lock with hashes. The ComfyUI folder and its environment are only read.',
  effect: 'write',
  everyday: true,
  needs: 'none',
  input: z.object({
    dir: z.string().min(1).describe('Folder of the new home; absent or empty.'),
    comfyui: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('The ComfyUI folder to look after; may be left out with --running.'),
    environment: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('Its environment (venv or conda): the folder, or its interpreter. Found by itself inside or beside.'),
    running: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('A server that runs, e.g. http://127.0.0.1:8188: folder, flags and interpreter are taken from it.'),
    fresh: z.boolean().default(false).describe('Build a new environment from a lock, whatever is found.'),
    service: z
      .enum(['managed', 'none'])
      .nullable()
      .default(null)
      .describe(
        'Who starts production: orchestrate (managed) or nobody here (none). Where left out: as the folder is used.',
      ),
    index: z.string().nullable().default(null).describe('Package index: an https:// address, or a folder of wheels.'),
    require: z
      .array(z.string())
      .default([])
      .describe('A requirement in place of the one of ComfyUI, e.g. torch==2.10.0; may be repeated.'),
    workflow: z
      .array(z.string())
      .default([])
      .describe(
        'A workflow (API format, JSON) that has to run; may be repeated. Where none is named: the shipped no-model.',
      ),
    untested: z.boolean().default(false).describe('Begin without any workflow that has to run.'),
    port: z
      .number()
      .int()
      .min(1024)
      .max(32_767)
      .nullable()
      .default(null)
      .describe('Port of production; where left out, that of --running, or the usual one.'),
    branch: z.string().default('main').describe('Name of the branch.'),
    python: z.string().nullable().default(null).describe('Python interpreter to make environments with.'),
    cpu: z.boolean().default(false).describe('Start ComfyUI with --cpu.'),
    dryRun: z.boolean().default(false).describe('Show what would be written, and write nothing.'),
    yes: z.boolean().default(false).describe('Write without asking.'),
  }),
  output: initReport,
  positional: ['dir'],
  asksFirst: true,
  examples: [
    {
      command: 'orchestrate init comfy-home --comfyui ~/ComfyUI --dry-run',
      explains: 'Show what was found and what would be written.',
    },
    {
      command: 'orchestrate init comfy-home --comfyui ~/ComfyUI --cpu --workflow portrait.json',
      explains: 'Make the home; portrait.json has to run after every change.',
    },
  ],
  async run(app, input) {
    const plan = await stated('Nothing was written.', () => planInit(app, input));
    if (input.dryRun || !input.yes) return { ...plan.report, state: 'planned' as const };
    return adopt(app, plan);
  },
});
