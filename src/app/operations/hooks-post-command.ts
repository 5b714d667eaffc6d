import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { defineOperation } from '../operation.ts';
import { answerHook, asksField, hookFields, hookSchema, note, refText } from './_hooks.ts';
import { writerOf } from './_memory.ts';

/** What is kept of a command and of its output, in characters. */
const kept = { command: 2_000, output: 4_000 } as const;

/** `orchestrate hooks post-command` */
export const hooksPostCommand = defineOperation({
  name: 'hooks post-command',
  summary: 'After a command was run: put on record how it ended.',
  description:
    'The command is kept without secrets and cut; what it printed only with --store-results, as an entry of memory of the session.',
  effect: 'write',
  needs: 'home',
  fromInput: 'event',
  input: z.object({
    command: z.string().min(1).max(100_000).nullable().default(null).describe('The command line.'),
    output: z.string().max(1_000_000).nullable().default(null).describe('What it printed.'),
    exitCode: z.number().int().min(-255).max(255).nullable().default(null).describe('How it ended.'),
    duration: z.number().min(0).nullable().default(null).describe('How long it took, in milliseconds.'),
    trackMetrics: asksField.describe('false: how long it took is not kept.'),
    storeResults: asksField.describe('Keep what it printed, cut to 4,000 characters, as an entry of memory.'),
    ...hookFields,
  }),
  output: hookSchema.extend({ memory: z.string().nullable().describe('Entry that holds what it printed.') }),
  examples: [
    {
      command: 'orchestrate hooks post-command --command "pytest -q" --exit-code 1',
      explains: 'It failed, on record.',
    },
  ],
  run: (app, input) =>
    answerHook(
      app,
      { hook: 'post-command', events: ['PostToolUse'], given: input },
      async ({ event, session, cwd }) => {
        const line = input.command ?? event?.command ?? null;
        if (line === null)
          throw new Fault('USAGE_BAD_ARGUMENT', 'hooks post-command needs --command: the line that was run.', {
            hints: ['orchestrate hooks post-command --help'],
          });
        const exitCode = input.exitCode ?? event?.exitCode ?? null;
        // Redacted before it is cut: half a secret is none that is recognised.
        const command = app.outside.secrets.text(line).slice(0, kept.command);
        const key = `sessions/hooks/output/${session ?? app.outside.random.hex(4)}.md`;
        const text = app.outside.secrets.text(input.output ?? '').slice(-kept.output);
        const entry =
          input.storeResults === true && text !== ''
            ? await (
                await app.installation()
              ).memory.put({ key, kind: 'session', text: `${command}\n\n${text}\n`, ...(await writerOf(app, key)) })
            : null;
        const memory = entry === null ? null : { key: entry.key, version: entry.version };
        const durationMs = input.trackMetrics === false ? null : input.duration;
        const row = await note(app, {
          kind: 'hook.command',
          data: { command, cwd, exitCode, durationMs, session, memory },
        });
        return {
          sentence: `It is on record${exitCode === null ? ', without an exit status' : `: exit ${exitCode}`}.`,
          memory: memory === null ? null : refText(memory),
          evidence: [row, ...(memory === null ? [] : [refText(memory)])],
          notDone: input.storeResults === true && text === '' ? ['--store-results: there was no --output'] : [],
        };
      },
    ),
});
