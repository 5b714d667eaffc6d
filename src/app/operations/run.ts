import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { priorities } from '../../domain/queue/rank.ts';
import { runners } from '../../domain/specialists/work-result.ts';
import { saysUnsandboxed, unsandboxedWords } from '../../domain/walls/unsandboxed.ts';
import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { budgetField, budgetOf, detachField, dryRunField, yesField } from './_inputs.ts';
import { namedValues } from './_named-values.ts';
import { acceptedRun, personOf } from './_run-output.ts';

/** `orchestrate run "<goal>"` */
export const run = defineOperation({
  name: 'run',
  summary: 'Carry out a goal: plan, prove, ask, merge.',
  description:
    'Finds the playbook that understands the goal, shows the plan, does the work in a worktree of its own, proves the exact tree by booting the service from it, and asks you before anything reaches production. Ctrl-C does not stop the run; `orchestrate runs cancel` does.',
  effect: 'write',
  everyday: true,
  needs: 'home',
  follows: true,
  settlesOutside: true,
  input: z.object({
    goal: z
      .string()
      .trim()
      .min(1, 'has to say what to do')
      .max(500, 'has to be at most 500 characters')
      .describe('What to do, in a few words.'),
    dryRun: dryRunField,
    yes: yesField,
    until: z.string().nullable().default(null).describe('Stop after this step and wait.'),
    playbook: z.string().nullable().default(null).describe('Use this playbook instead of the one that fits best.'),
    target: z.string().nullable().default(null).describe('Version, tag or commit to move to instead of the best one.'),
    cuda: z
      .string()
      .nullable()
      .default(null)
      .describe('CUDA family to move to, e.g. cu128, or cpu; the one that is installed is kept otherwise.'),
    priority: z
      .enum(priorities)
      .default('normal')
      .describe('How soon it is wanted, where runs wait in line; half an hour of waiting counts as much as one step.'),
    budget: budgetField.describe('What language models may cost in all, in USD; at it the run pauses and asks.'),
    allowUnsandboxed: z
      .string()
      .nullable()
      .default(null)
      .describe(
        `Let programs that models drive run where no wall holds, for this run only: says "${unsandboxedWords}". Every change of it then asks for the highest tier.`,
      ),
    runner: z
      .enum(runners)
      .exclude(['program'])
      .nullable()
      .default(null)
      .describe(
        'Who does what is left to agents that think, whatever their files say: model, claude-code, codex, opencode, acp.',
      ),
    set: z.array(z.string()).default([]).describe('An input of the playbook, as name=value; may be repeated.'),
    detach: detachField,
  }),
  output: runSchema,
  positional: ['goal'],
  examples: [
    {
      command: 'orchestrate run "upgrade pytorch" --dry-run',
      explains: 'Show what would happen: gigabytes, minutes, versions.',
    },
    { command: 'orchestrate run "upgrade pytorch"', explains: 'Do it, and ask before production is touched.' },
    {
      command: 'orchestrate run "upgrade pytorch" --target 2.8.0 --cuda cu128',
      explains: 'Move to this version, from this CUDA family.',
    },
    {
      command: 'orchestrate run "make the workflows load" --runner claude-code',
      explains: 'Let Claude Code do what the plan leaves to an agent that thinks.',
    },
    {
      command: 'orchestrate run "upgrade pytorch" --yes --json',
      explains: 'Do it from a script and print the outcome as JSON.',
    },
  ],
  async run(
    app,
    { goal, dryRun, yes, until, playbook, target, cuda, priority, budget, runner, allowUnsandboxed, set },
  ) {
    const answer = await app.ask('run.start', {
      goal,
      options: {
        ...{ previewOnly: dryRun, yes, until, playbook, inputs: givenInputs({ target, cuda, set }), priority },
        ...budgetOf(budget),
        ...unsandboxedOf(allowUnsandboxed),
        ...(runner === null ? {} : { runner }),
      },
      by: personOf(app),
    });
    return acceptedRun(app, answer);
  },
});

function unsandboxedOf(typed: string | null): { readonly unsandboxed?: true } {
  if (typed === null) return {};
  if (saysUnsandboxed(typed)) return { unsandboxed: true };
  throw new Fault(
    'USAGE_BAD_ARGUMENT',
    'Without a wall a program of a model can do whatever you can: say so in these words.',
    {
      hints: [`--allow-unsandboxed ${JSON.stringify(unsandboxedWords)}`, 'orchestrate doctor'],
      state: 'Nothing was begun.',
    },
  );
}

function givenInputs(options: {
  target: string | null;
  cuda: string | null;
  set: readonly string[];
}): Readonly<Record<string, string>> {
  const inputs: Record<string, string> = {};
  if (options.target !== null) inputs['version'] = options.target;
  if (options.cuda !== null) inputs['cuda'] = options.cuda;
  return { ...inputs, ...namedValues(options.set, 'orchestrate run --help') };
}
