import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { taskWords } from '../../domain/memory/relevance.ts';
import { recall } from '../../engine/memory/restore.ts';
import { runOfClaimed } from '../../engine/scale/claims.ts';
import { defineOperation } from '../operation.ts';
import { conflictLine } from '../views/conflicts-view.ts';
import { freezeView } from '../views/freeze-view.ts';
import { moveClaim, rowOfClaim } from './_claims.ts';
import { othersAt } from './_hook-tasks.ts';
import { answerHook, asksField, hookFields, hookSchema, note, notDone, refText } from './_hooks.ts';

/** `orchestrate hooks pre-task` */
export const hooksPreTask = defineOperation({
  name: 'hooks pre-task',
  summary: 'Before work: claim it, and be told what is known and who is in the way.',
  description:
    'For agents that orchestrate did not start. Gives what memory holds for the description, whole entries by relevance; claims the task (a run, step or change of ours by its id is claimed as by `claims claim`); and tells open conflicts and who works on what. Everything in memory is its author’s claim.',
  effect: 'write',
  needs: 'home',
  fromInput: 'event',
  alsoTyped: { '-i': 'taskId', '-d': 'description', '-a': 'autoSpawnAgents', '--auto-spawn': 'autoSpawnAgents' },
  input: z.object({
    description: z.string().min(1).max(4000).describe('What is going to be done.'),
    taskId: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,99}$/, 'has to be letters, digits and . _ : @ / -, at most 100')
      .nullable()
      .default(null)
      .describe('What it is called; made up when left out. `r12`, `r12.lock` and `c9` are ours.'),
    agentId: z
      .string()
      .min(1)
      .max(100)
      .nullable()
      .default(null)
      .describe('What you call yourself; kept as your words.'),
    autoSpawnAgents: asksField.describe(
      'Start agents for it: nothing here starts one without a run, and that is said.',
    ),
    ...hookFields,
  }),
  output: hookSchema.extend({
    task: z.string().describe('What it is called.'),
    memory: z
      .array(z.object({ ref: z.string(), kind: z.string(), by: z.string(), text: z.string() }))
      .describe('What is known, best first.'),
    nLeftOut: z.number().describe('Entries that fit and were too much.'),
  }),
  examples: [
    {
      command: 'orchestrate hooks pre-task --description "pin xformers" --session-id swarm-42',
      explains: 'Claim it, and print what memory holds about it.',
    },
  ],
  run: (app, input) =>
    answerHook(app, { hook: 'pre-task', events: ['UserPromptSubmit'], given: input }, async ({ session }) => {
      const installation = await app.installation();
      const { ledger, config } = installation;
      if (freezeView(ledger).isFrozen)
        throw new Fault('SUPERVISOR_FROZEN', 'Everything is frozen: no work begins.', {
          state: 'Nothing was claimed.',
        });
      const task = input.taskId ?? `t-${app.outside.random.hex(4)}`;
      const words = taskWords([input.description]);
      const known = await recall(
        { ...installation, outside: app.outside },
        { words, tree: '', budgetBytes: config.memory.budgetBytes },
      );
      const memory = known.entries.map(({ key, version }) => ({ key, version }));
      const isOurs = /^(?:r\d+(?:\.[a-z][a-z0-9-]*)?|c\d+)$/.test(task) && runOfClaimed(ledger, task) !== undefined;
      const claim = isOurs
        ? await moveClaim(app, { subject: task, act: 'claim', reason: input.description.slice(0, 200) })
        : null;
      const told = { task, act: 'begun', description: input.description, agent: input.agentId, session } as const;
      const row = await note(app, { kind: 'hook.task', data: { ...told, success: null, quality: null, memory } });
      const others = await othersAt(app, { task, session });
      const conflicts = conflictLine(ledger);
      return {
        sentence: `${task} is yours; ${memory.length === 0 ? 'memory holds nothing about it' : `${memory.length} entries of memory are about it`}.`,
        task,
        found: [...others, ...(conflicts === null ? [] : [conflicts])],
        evidence: [row, ...rowOfClaim(claim), ...memory.map(refText)],
        notDone: notDone({
          '--auto-spawn-agents': {
            wants: input.autoSpawnAgents,
            why: 'agents are started by a run: orchestrate run "<goal>"',
          },
        }),
        memory: known.entries.map(({ key, version, kind, by, text }) => ({
          ref: refText({ key, version }),
          kind,
          by: by.name,
          text,
        })),
        nLeftOut: known.nLeftOut,
      };
    }),
});
