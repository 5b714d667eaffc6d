import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { defineOperation } from '../operation.ts';
import { entriesOf, rowOf } from '../views/journal-reader.ts';
import { hookFile } from './_hook-files.ts';
import { answerHook, hookFields, hookSchema } from './_hooks.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate hooks checkpoint` */
export const hooksCheckpoint = defineOperation({
  name: 'hooks checkpoint',
  summary: 'Keep the files of a slot as they are now, and say how to get them back.',
  description:
    'The slot’s files, committed or not, are stored under a ref in the trusted store, where no `git clean` reaches them. Nothing is committed in the slot, no tag is made, and no file of it is touched. It is no proof: what merges is proven by the pipeline.',
  effect: 'write',
  needs: 'home',
  fromInput: 'event',
  input: z.object({
    description: z.string().min(1).max(1000).nullable().default(null).describe('What was reached.'),
    slot: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,39}(@[1-9]\d{0,2})?$/, 'has to be the name of a slot, like env-setup@2')
      .nullable()
      .default(null)
      .describe('The slot; the one around you, when left out.'),
    ...hookFields,
  }),
  output: hookSchema.extend({
    ref: z.string().nullable().describe('Where it lies in the store; null: nothing was kept.'),
    tree: z.string().nullable().describe('Git tree id of the files.'),
    back: z.string().nullable().describe('What to type to have the files in another folder.'),
  }),
  examples: [
    {
      command: 'orchestrate hooks checkpoint --description "lock resolves"',
      explains: 'In a slot: its files are kept.',
    },
  ],
  run: (app, input) =>
    answerHook(
      app,
      { hook: 'checkpoint', events: ['PreCompact', 'Stop'], given: input },
      async ({ event, session, cwd }) => {
        const slot = input.slot ?? (await hookFile(app, 'x', cwd)).slot;
        if (slot === null) {
          if (event !== null)
            return {
              sentence: `${cwd} is in no slot: nothing was kept.`,
              ref: null,
              tree: null,
              back: null,
              notDone: ['checkpoint: no slot is around it'],
            };
          throw new Fault('USAGE_BAD_ARGUMENT', `${cwd} is in no slot: name one by --slot.`, {
            hints: ['orchestrate trees list'],
          });
        }
        const description = input.description ?? event?.text ?? 'a checkpoint';
        const { sentence: ref } = await app.ask('hook.checkpoint', { slot, description, session, by: personOf(app) });
        const { ledger, paths } = await app.installation();
        const kept = [...entriesOf(ledger, { key: `hook-checkpoint-of:${slot}` })]
          .flatMap((entry) => rowOf('hook.checkpoint', entry) ?? [])
          .findLast(({ data }) => data.ref === ref);
        if (kept === undefined) throw new Error(`the checkpoint ${ref} is not on record`);
        const back = `mkdir back && git --git-dir=${paths.store} archive ${ref} | tar -x -C back`;
        return {
          sentence: `${kept.data.nFiles} files of ${slot} are kept as ${ref}`,
          ref,
          tree: kept.data.tree,
          back,
          found: [`to have them in a folder of their own: ${back}`],
          evidence: [`#${kept.seq}`, ref],
        };
      },
    ),
});
