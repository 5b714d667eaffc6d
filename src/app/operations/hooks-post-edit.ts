import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { requireKey } from '../../domain/memory/key.ts';
import { defineOperation } from '../operation.ts';
import { hookFile } from './_hook-files.ts';
import { answerHook, asksField, hookFields, hookSchema, note, notDone, refText } from './_hooks.ts';
import { writerOf } from './_memory.ts';

/** A file that is larger is told by its size only, in bytes. */
const maxHashed = 64 * 1024 * 1024;

/** `orchestrate hooks post-edit` */
export const hooksPostEdit = defineOperation({
  name: 'hooks post-edit',
  summary: 'After a file was edited: put on record what lies there, and keep an entry of memory.',
  description:
    'Takes the file’s hash and size, so that it can be told later whether it is still the same. With --memory-key an entry of memory says what was edited, by whom, and what came of it; the path of the key is yours, such as swarm/env-setup/step-3. The file itself is kept by `hooks checkpoint`, and by the pipeline once it is handed in.',
  effect: 'write',
  needs: 'home',
  fromInput: 'event',
  alsoTyped: { '-f': 'file', '--file-path': 'file', '-s': 'success', '-o': 'outcome', '-m': 'metrics' },
  input: z.object({
    file: z.string().min(1).max(4096).nullable().default(null).describe('The file.'),
    memoryKey: z.string().min(1).max(600).nullable().default(null).describe('Key of the entry that is to tell of it.'),
    success: z.boolean().nullable().default(null).describe('Whether it succeeded, as you say.'),
    outcome: z.string().min(1).max(4000).nullable().default(null).describe('What came of it, in your words.'),
    metrics: z.string().min(1).max(4000).nullable().default(null).describe('Figures, in your words.'),
    agent: z.string().min(1).max(100).nullable().default(null).describe('What you call yourself.'),
    updateMemory: asksField.describe('Write an entry although no key is given: below sessions/hooks/files.'),
    format: asksField.describe('Format the file: nothing here does, and that is said.'),
    trainNeural: asksField.describe('Train something: nothing here does, and that is said.'),
    ...hookFields,
  }),
  output: hookSchema.extend({
    file: z.string().describe('The file, absolute.'),
    sha256: z.string().nullable().describe('Of its bytes; null: it is gone, or larger than 64 MiB.'),
    memory: z.string().nullable().describe('Entry that was written, like `swarm/env-setup/step-3@2`.'),
  }),
  examples: [
    {
      command: 'orchestrate hooks post-edit --file docs/env-setup/torch.md --memory-key swarm/env-setup/torch-notes',
      explains: 'On record, with an entry of memory.',
    },
  ],
  run: (app, input) =>
    answerHook(app, { hook: 'post-edit', events: ['PostToolUse'], given: input }, async ({ event, session, cwd }) => {
      const given = input.file ?? event?.file ?? null;
      if (given === null)
        throw new Fault('USAGE_BAD_ARGUMENT', 'hooks post-edit needs --file: the file that was edited.', {
          hints: ['orchestrate hooks post-edit --help'],
        });
      const { files, digest } = app.outside;
      const file = await hookFile(app, given, cwd);
      const info = await files.info(file.path);
      const isRead = info?.kind === 'file' && info.sizeBytes <= maxHashed;
      const bytes = isRead ? await files.readBytes(file.path) : undefined;
      const sha256 = bytes === undefined ? null : digest.sha256(bytes);
      const sizeBytes = info?.sizeBytes ?? null;
      const wanted =
        input.memoryKey ??
        (input.updateMemory === true ? `sessions/hooks/files/${digest.sha256(file.path).slice(0, 16)}` : null);
      const key = wanted === null ? null : requireKey(wanted);
      const entry =
        key === null
          ? null
          : await (
              await app.installation()
            ).memory.put({
              key,
              kind: 'state',
              text: entryText({
                file: file.path,
                tree: file.tree,
                sha256,
                sizeBytes,
                session,
                agent: input.agent,
                success: input.success,
                outcome: input.outcome,
                metrics: input.metrics,
              }),
              ...(await writerOf(app, key)),
              evidence: [file.path.slice(0, 500)],
            });
      const memory = entry === null ? null : { key: entry.key, version: entry.version };
      const told = {
        path: file.path,
        act: 'done',
        tree: file.tree,
        session,
        sha256,
        sizeBytes,
        success: input.success,
        memory,
      } as const;
      const row = await note(app, { kind: 'hook.file', data: told });
      return {
        sentence: `${file.inside} is on record as it is now${memory === null ? '' : `, and ${refText(memory)} tells of it`}.`,
        file: file.path,
        sha256,
        memory: memory === null ? null : refText(memory),
        evidence: [row, ...(memory === null ? [] : [refText(memory)])],
        notDone: notDone({
          '--format': { wants: input.format, why: 'files are stored byte for byte as you leave them' },
          '--train-neural': { wants: input.trainNeural, why: 'nothing here is trained; memory keeps what was learned' },
        }),
      };
    }),
});

/** As the ending of the key has it: JSON where it is one, else lines of text. */
const entryText = (told: Readonly<Record<string, string | number | boolean | null>>): string =>
  `${JSON.stringify(told, null, 2)}\n`;
