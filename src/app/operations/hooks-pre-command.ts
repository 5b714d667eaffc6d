import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { judgeCommand } from '../../domain/hooks/judge-command.ts';
import { bytesText } from '../../domain/plans/amounts.ts';
import { defineOperation } from '../operation.ts';
import { freezeView } from '../views/freeze-view.ts';
import { answerHook, asksField, hookFields, hookSchema } from './_hooks.ts';

/** `orchestrate hooks pre-command` */
export const hooksPreCommand = defineOperation({
  name: 'hooks pre-command',
  summary: 'Before a command is run: is there anything against it? Runs nothing.',
  description:
    'The line is taken apart as a shell would, as far as that can be told, and compared with the table of programs that models may start. It says stop for what cannot be taken back: removing whole homes or git’s files, forced pushes, running what the network sends. What is not in the table is said to be so; whoever is asked decides. This helps who means well and is no wall: agents that orchestrate starts work behind one.',
  effect: 'read',
  needs: 'home',
  fromInput: 'event',
  input: z.object({
    command: z.string().min(1).max(100_000).nullable().default(null).describe('The command line.'),
    cwd: z
      .string()
      .min(1)
      .max(4096)
      .nullable()
      .default(null)
      .describe('Folder in which it would run; said again in the answer.'),
    validateSafety: asksField.describe('false: it is not judged, and that is said.'),
    prepareResources: asksField.describe('Tell the memory and disk that are free for it.'),
    ...hookFields,
  }),
  output: hookSchema.extend({
    verdict: z
      .enum(['listed', 'not-listed', 'refused', 'not-judged'])
      .describe('`listed`: models may start it. `not-listed`: nothing is known of it. `refused`: do not run it.'),
  }),
  examples: [
    { command: 'orchestrate hooks pre-command --command "git push --force"', explains: 'Says stop, and why.' },
  ],
  run: (app, input) =>
    answerHook(app, { hook: 'pre-command', events: ['PreToolUse'], given: input }, async ({ event, cwd }) => {
      const command = input.command ?? event?.command ?? null;
      if (command === null)
        throw new Fault('USAGE_BAD_ARGUMENT', 'hooks pre-command needs --command: the line that is going to be run.', {
          hints: ['orchestrate hooks pre-command --help'],
        });
      const { paths, ledger } = await app.installation();
      const { machine } = app.outside;
      const found: string[] = [];
      if (input.prepareResources === true) {
        const [memory, disk] = await Promise.all([machine.memory(), machine.disk(paths.home)]);
        found.push(`${bytesText(memory.availableBytes)} of memory are free`);
        if (typeof disk === 'object') found.push(`${bytesText(disk.freeBytes)} of disk are free`);
      }
      const where = input.cwd ?? cwd;
      if (input.validateSafety === false)
        return { sentence: 'It was not judged: you asked for that.', verdict: 'not-judged' as const, found };
      const isRead = judgeCommand(command);
      if (isRead.kind === 'refused')
        return { ok: false, sentence: `Do not run it in ${where}: ${isRead.why}.`, verdict: 'refused' as const, found };
      if (freezeView(ledger).isFrozen) found.unshift('everything is frozen: what changes something should wait');
      const sentence =
        isRead.kind === 'listed'
          ? 'It is among what models may start here.'
          : 'Nothing is known against it, and it is not among what models may start here.';
      return { sentence, verdict: isRead.kind, found };
    }),
});
