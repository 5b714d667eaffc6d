import { z } from 'zod';

import { runners } from '../domain/specialists/work-result.ts';
import { defineAction } from './_context.ts';

const tokens = z.number().int().min(0);

const output = z.object({
  runner: z.enum(runners).exclude(['program']),
  summary: z.string(),
  outcome: z.enum(['done', 'nothing']),
  evidence: z.array(z.string()),
  paths: z.array(z.string()),
  provider: z.string().nullable(),
  model: z.string().nullable(),
  turns: z.number().int().min(0),
  usage: z.object({
    inputUncached: tokens,
    cacheRead: tokens,
    cacheWrite5m: tokens,
    cacheWrite1h: tokens,
    output: tokens,
    reasoning: tokens,
  }),
  costMicroUsd: z.number().int().min(0).nullable(),
  costIs: z.enum(['paid', 'list-price', 'unknown']),
  conversation: z.string(),
});

/**
 * Lets the step's agent do what no built-in action does, by a model or a program of its own. What it says is a claim; `paths` are what the
 * store saw, and the gate proves them. A repeat goes on with the same conversation. Faults: `AGENT_DID_NOTHING`, `BUDGET_REACHED`,
 * `AGENT_TURNS`, `AGENT_LOOPS`, `AGENT_SILENT`, those of models and programs.
 */
export const agentWork = defineAction({
  id: 'agent.work',
  summary: 'Let the agent do a task in its own way',
  effect: 'write',
  input: z.object({
    task: z.string().min(1).max(20_000).describe('What is to be done, in plain words.'),
    expects: z
      .enum(['change', 'answer'])
      .default('change')
      .describe('change: files have to change; answer: it is enough to look and to say what was found.'),
  }),
  output,
  run: async ({ specialist }, asked) => {
    const { evidence, paths, ...result } = await specialist.work(asked);
    return { ...result, evidence: [...evidence], paths: [...paths] };
  },
  describe: ({ model, runner, paths, turns, summary }) =>
    `${model ?? runner} ${paths.length === 0 ? 'changed no file' : `changed ${paths.length > 5 ? `${paths.length} files` : paths.join(', ')}`} in ${turns} turn${turns === 1 ? '' : 's'}; it says: ${summary.replaceAll(/\s+/g, ' ').slice(0, 200)}`,
});
