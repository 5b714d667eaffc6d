import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { stated } from '../../base/stated.ts';
import { templateIds } from '../../domain/definitions/types.ts';
import { claudeReport, setUpClaudeCode } from '../for-claude-code/set-up.ts';
import { adopt } from '../init/adopt.ts';
import { withInitTools } from '../init/init-tools.ts';
import { type InitPlan, planInit } from '../init/plan-init.ts';
import { initReport } from '../init/report.ts';
import { adoptService } from '../init/service/adopt.ts';
import { planServiceInit } from '../init/service/plan.ts';
import { defineOperation } from '../operation.ts';

/** `orchestrate init [dir]` */
export const init = defineOperation({
  name: 'init',
  summary: 'Look after a ComfyUI folder, or after the service of a repository of yours.',
  description:
    'Makes a home: a git repository of declarations beside the ComfyUI folder, be it a clone, an archive, or the copy of SwarmUI or Stability Matrix. ComfyUI and its node packs are copied into a store of our own. An environment that is found is used where it lies, and restore point 0 is graded borrowed; where none is found, or with --fresh, one is built from a lock with hashes. The ComfyUI folder and its environment are only read. With --template service the home is a repository of yours: two files are committed to its branch, and changes are proven by set-up, checks and a start of the service from the exact tree. Its files are looked after; what is installed on the machine is not. With --for claude-code nothing is adopted: .mcp.json and .claude/settings.json of an installation that is there (or of a folder in it) are given our server and our hooks.',
  effect: 'write',
  everyday: true,
  needs: 'none',
  commandLineOnly: true,
  input: z.object({
    dir: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        'Folder of the new home, absent or empty. Template service: your repository; this folder when left out.',
      ),
    for: z
      .enum(['claude-code'])
      .nullable()
      .default(null)
      .describe(
        'Make that program use the installation that is here: its server and hooks are written into the folder.',
      ),
    template: z
      .enum(templateIds)
      .default('comfyui')
      .describe('What is looked after: ComfyUI, or any service of a repository of yours.'),
    start: z
      .string()
      .nullable()
      .default(null)
      .describe(
        'Template service: command that starts it; {port} stands for the port, which is in PORT, too. No shell reads it.',
      ),
    ready: z
      .string()
      .nullable()
      .default(null)
      .describe(
        'Template service: address that answers with 2xx once it is ready, e.g. http://127.0.0.1:{port}/health',
      ),
    setup: z
      .string()
      .nullable()
      .default(null)
      .describe('Template service: command that is run first in the folder of each instance, e.g. npm ci'),
    check: z
      .array(z.string())
      .default([])
      .describe('Template service: command that has to end with 0 before a change merges; may be repeated.'),
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
  output: z.union([initReport, claudeReport]),
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
    {
      command: 'orchestrate init --for claude-code',
      explains: 'Have Claude Code in this home use its tools and hooks; what is there is shown, and stays.',
    },
    {
      command:
        'orchestrate init --template service --start "python3 server.py --port {port}" --ready "http://127.0.0.1:{port}/health" --check "python3 -m unittest"',
      explains: 'Look after the service of the repository in which you stand.',
    },
  ],
  async run(app, input) {
    const isPlan = input.dryRun || !input.yes;
    if (input.for !== null) {
      requireNone(input, 'of a new home, and not of --for', [...comfyOnly, ...serviceOnly, 'service', 'port']);
      return setUpClaudeCode(app, { dir: input.dir, isPlan });
    }
    if (input.template === 'service') {
      requireNone(input, 'of the template comfyui', comfyOnly);
      const plan = await stated('Nothing was written.', () => planServiceInit(app, input));
      return isPlan ? { ...plan.report, state: 'planned' as const } : adoptService(app, plan);
    }
    requireNone(input, 'of the template service', serviceOnly);
    const { dir } = input;
    if (dir === null)
      throw new Fault('USAGE_BAD_ARGUMENT', 'The folder of the new home is missing.', {
        hints: ['orchestrate init comfy-home --comfyui <ComfyUI folder>', 'orchestrate init --template service --help'],
        state: 'Nothing was written.',
      });
    const plan = (toolsDir?: string): Promise<InitPlan> =>
      stated('Nothing was written.', () => planInit(app, { ...input, dir, ...(toolsDir && { toolsDir }) }));
    if (isPlan) return { ...(await plan()).report, state: 'planned' as const };
    return withInitTools(app, async (toolsDir) => adopt(app, await plan(toolsDir)));
  },
});

const comfyOnly = [
  'comfyui',
  'environment',
  'running',
  'fresh',
  'index',
  'require',
  'workflow',
  'untested',
  'python',
  'cpu',
];
const serviceOnly = ['start', 'ready', 'setup', 'check'];

/** An option that would do nothing is refused. */
function requireNone(input: Readonly<Record<string, unknown>>, whose: string, names: readonly string[]): void {
  const given = names.find((name) => {
    const value = input[name];
    return Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined && value !== false;
  });
  if (given === undefined) return;
  throw new Fault('USAGE_BAD_ARGUMENT', `--${given} is ${whose}.`, {
    hints: ['orchestrate init --help'],
    state: 'Nothing was written.',
  });
}
