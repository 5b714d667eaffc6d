import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { defineOperation } from '../operation.ts';
import { entriesOf, newest, rowOf } from '../views/journal-reader.ts';
import { spanText } from '../views/text.ts';
import { moveClaim, rowOfClaim } from './_claims.ts';
import { answerHook, hookFields, hookSchema, note } from './_hooks.ts';

/** `orchestrate hooks post-task` */
export const hooksPostTask = defineOperation({
  name: 'hooks post-task',
  summary: 'After work: put on record what came of it, and free the claim.',
  description:
    'What you say of it is kept as your claim. With --analyze-performance the answer tells what is on record of the time in between: how long it took, files, commands and how many of those failed.',
  effect: 'write',
  needs: 'home',
  fromInput: 'event',
  alsoTyped: { '-i': 'taskId', '-s': 'success', '-q': 'quality', '-a': 'agent', '--agent-id': 'agent' },
  input: z.object({
    taskId: z
      .string()
      .min(1)
      .max(100)
      .nullable()
      .default(null)
      .describe('The task; the one that you began last, when left out.'),
    success: z.boolean().nullable().default(null).describe('Whether it succeeded, as you say.'),
    quality: z.number().min(0).max(1).nullable().default(null).describe('How good it is, from 0 to 1, as you say.'),
    agent: z.string().min(1).max(100).nullable().default(null).describe('What you call yourself.'),
    analyzePerformance: z.boolean().default(false).describe('Tell what is on record of the time in between.'),
    ...hookFields,
  }),
  output: hookSchema.extend({ task: z.string() }),
  examples: [
    {
      command: 'orchestrate hooks post-task --task-id t-1a2b3c4d --success true',
      explains: 'Done; the claim is free.',
    },
  ],
  run: (app, input) =>
    answerHook(app, { hook: 'post-task', events: ['Stop', 'SubagentStop'], given: input }, async ({ session }) => {
      const { ledger } = await app.installation();
      const begun =
        input.taskId === null
          ? [...entriesOf(ledger, { kinds: ['hook.task'] })]
              .flatMap((entry) => rowOf('hook.task', entry) ?? [])
              .findLast(({ data }) => data.act === 'begun' && data.session === session)
          : newest(ledger, 'hook.task', `hook-task:${input.taskId}`);
      if (begun === undefined || begun.data.act === 'ended')
        throw new Fault(
          'NOTHING_TO_DO',
          `${input.taskId ?? 'No task'} is ${begun === undefined ? 'not on record as begun' : 'ended already'}.`,
          {
            hints: ['orchestrate hooks pre-task --description "<what>"'],
          },
        );
      const { task, description } = begun.data;
      const told = { task, act: 'ended', description, agent: input.agent ?? begun.data.agent, session } as const;
      const { success, quality } = input;
      const row = await note(app, {
        kind: 'hook.task',
        data: { ...told, success, quality, memory: begun.data.memory },
      });
      const claim = newest(ledger, 'claim.moved', `claim:${task}`);
      const isHeld = claim !== undefined && claim.data.holder !== null;
      const freed = isHeld ? await moveClaim(app, { subject: task, act: 'release' }) : null;
      const between = input.analyzePerformance
        ? ledger.read({ afterSeq: begun.seq, kinds: ['hook.file', 'hook.command'], limit: 10_000 })
        : [];
      const commands = between
        .flatMap((entry) => rowOf('hook.command', entry) ?? [])
        .filter(({ data }) => data.session === session);
      const files = between
        .flatMap((entry) => rowOf('hook.file', entry) ?? [])
        .filter(({ data }) => data.session === session && data.act === 'done');
      const nFailed = commands.filter(({ data }) => (data.exitCode ?? 0) !== 0).length;
      return {
        sentence: `${task} is over${success === null ? '' : success ? ', successfully as you say' : ', without success as you say'}.`,
        task,
        found: input.analyzePerformance
          ? [
              `it took ${spanText(app.outside.clock.nowMs() - begun.atMs)}`,
              `${new Set(files.map(({ data }) => data.path)).size} files, ${commands.length} commands, ${nFailed} of them failed, as told by hooks`,
            ]
          : [],
        evidence: [row, ...rowOfClaim(freed)],
      };
    }),
});
