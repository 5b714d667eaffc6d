import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { absolutePath } from '../../base/paths.ts';
import { findDurationMs } from '../../domain/definitions/units.ts';
import { maxMemoryBytes, readContent, contentFault } from '../../domain/memory/content.ts';
import { kindOfKey } from '../../domain/memory/draft-version.ts';
import { requireKey } from '../../domain/memory/key.ts';
import type { App } from '../app.ts';
import { defineOperation } from '../operation.ts';
import { memoryVersionSchema, memoryVersionView } from '../views/memory-view.ts';
import { evidenceField, keyField, kindField, requireEntry, writerOf } from './_memory.ts';

const refsField = z.array(z.string().min(1).max(620)).max(64).default([]);

/** `orchestrate memory put <key>` */
export const memoryPut = defineOperation({
  name: 'memory put',
  summary: 'Write an entry of memory, as a new version.',
  description:
    'The text comes from --text or --file; without either the newest text stays and only what is said about it changes. The file below memory/ is replaced whole; the versions before it stay. You may as well edit that file with any editor: it is noticed and recorded as yours.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    key: keyField,
    text: z.string().min(1).max(1_048_576).nullable().default(null).describe('What it says.'),
    file: z.string().min(1).nullable().default(null).describe('A file whose text it is to say.'),
    kind: kindField.describe('What sort of entry it is; by where it lies when left out.'),
    evidence: evidenceField,
    confidence: z.number().min(0).max(1).nullable().default(null).describe('How sure you are, from 0 to 1.'),
    expires: z.string().nullable().default(null).describe('No task is given it after this long, e.g. `30d`.'),
    supersedes: refsField.describe('Versions that it stands for now, e.g. `swarm/env-setup/old.md@2`.'),
    refutes: refsField.describe('Versions that are not so; all their copies are marked as well.'),
    ifVersion: z
      .number()
      .int()
      .min(0)
      .nullable()
      .default(null)
      .describe('Version that you saw, 0 for none: when somebody was quicker nothing is written.'),
  }),
  output: memoryVersionSchema,
  positional: ['key'],
  examples: [
    {
      command: `orchestrate memory put swarm/env-setup/notes.md --text "xformers has no wheel for 3.13" --evidence '#123'`,
      explains: 'One line, with the journal row that it rests on.',
    },
    {
      command: 'orchestrate memory put swarm/ops-maint/repair_procedures/oom.md --file oom.md --kind pattern',
      explains: 'The text of a file.',
    },
  ],
  async run(app, input) {
    const key = requireKey(input.key);
    const { memory } = await app.installation();
    const before = await memory.get(key);
    const text = await textOf(app, input, before?.text);
    const refs = async (given: readonly string[]) =>
      Promise.all(
        given.map(async (one) => requireEntry(memory, one).then(({ key: of, version }) => ({ key: of, version }))),
      );
    const version = await memory.put({
      key,
      text,
      kind: input.kind ?? before?.kind ?? kindOfKey(key),
      ...(await writerOf(app, key)),
      evidence: input.evidence,
      confidence: input.confidence,
      expiresAtMs: input.expires === null ? null : app.outside.clock.nowMs() + durationOf(input.expires),
      supersedes: await refs(input.supersedes),
      refutes: await refs(input.refutes),
      ...(input.ifVersion === null ? {} : { ifVersion: input.ifVersion }),
    });
    return memoryVersionView(version);
  },
});

const nothing = { state: 'Nothing was written.' };

async function textOf(
  app: App,
  { key, text, file }: { key: string; text: string | null; file: string | null },
  before: string | undefined,
): Promise<string> {
  if (text !== null && file !== null)
    throw new Fault('USAGE_BAD_ARGUMENT', 'Give either --text or --file.', {
      ...nothing,
      hints: ['orchestrate memory put --help'],
    });
  if (file !== null) return readSource(app, key, absolutePath(app.cwd, file));
  if (text !== null) return text.endsWith('\n') ? text : `${text}\n`;
  if (before !== undefined) return before;
  throw new Fault('USAGE_BAD_ARGUMENT', `There is no ${key} yet: give --text or --file.`, nothing);
}

/** Sized before it is read: a file of many gigabytes is refused, not held. */
async function readSource(app: App, key: string, path: string): Promise<string> {
  const { files } = app.outside;
  const info = await files.info(path);
  if (info?.kind !== 'file')
    throw new Fault('FILE_ACCESS', `${path} ${info === undefined ? 'is not there' : 'is no plain file'}.`, nothing);
  if (info.sizeBytes > maxMemoryBytes)
    throw new Fault(
      'MEMORY_CONTENT_INVALID',
      `${path} has ${info.sizeBytes} bytes; an entry has at most ${maxMemoryBytes}.`,
      nothing,
    );
  const read = readContent(key, (await files.readBytes(path)) ?? new Uint8Array());
  if ('kind' in read) throw contentFault(read);
  return read.text;
}

function durationOf(text: string): number {
  const ms = findDurationMs(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new Fault(
    'USAGE_BAD_ARGUMENT',
    `--expires has to be a time like 12h or 30d, not ${JSON.stringify(text)}.`,
    nothing,
  );
}
