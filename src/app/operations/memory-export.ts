import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { absolutePath } from '../../base/paths.ts';
import { maxExportBytes, printExport } from '../../domain/memory/portable.ts';
import { collectExport } from '../../engine/memory/collect-export.ts';
import { defineOperation } from '../operation.ts';
import { filterOf, lookedThrough, prefixField } from './_memory.ts';

/** `orchestrate memory export <file>` */
export const memoryExport = defineOperation({
  name: 'memory export',
  summary: 'Write memory into one file, as a backup or for another installation.',
  description:
    'One line of JSON for each version with its text, provenance and hash, below a line that describes the rest. With --history all versions: that is a backup, and `memory import` brings it back. A file that is there is not replaced.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    file: z.string().min(1).describe('File to write.'),
    prefix: prefixField,
    history: z.boolean().default(false).describe('All versions, also of what was taken away; the newest otherwise.'),
  }),
  output: z.object({
    file: z.string().describe('Absolute path of the file.'),
    nEntries: z.number().describe('Entries in it.'),
    nVersions: z.number().describe('Versions in it.'),
    sizeBytes: z.number().describe('Size of the file in bytes.'),
    sha256: z.string().describe('SHA-256 of the file.'),
  }),
  positional: ['file'],
  examples: [
    { command: 'orchestrate memory export backup.jsonl --history', explains: 'A backup of all of it.' },
    {
      command: 'orchestrate memory export patterns.jsonl --prefix swarm/env-setup/patterns',
      explains: 'What worked here, for somebody else.',
    },
  ],
  async run(app, { file: asked, prefix, history }) {
    const memory = await lookedThrough(app);
    const { files, digest, clock } = app.outside;
    const file = absolutePath(app.cwd, asked);
    const nothing = { state: 'Nothing was written.' };
    if ((await files.info(file)) !== undefined)
      throw new Fault('FILE_ACCESS', `${file} is there already, and is not replaced.`, nothing);
    const entries = await collectExport(memory, { ...filterOf({ prefix, kind: null }), history });
    const { config } = await app.installation();
    const sha256 = (text: string): string => digest.sha256(text);
    const text = printExport({ installation: config.id, madeAtMs: clock.nowMs(), entries, sha256 });
    const sizeBytes = new TextEncoder().encode(text).length;
    if (sizeBytes > maxExportBytes)
      throw new Fault(
        'USAGE_BAD_ARGUMENT',
        `It would have ${sizeBytes} bytes; what is imported has at most ${maxExportBytes}.`,
        {
          ...nothing,
          hints: ['Export one domain at a time: --prefix swarm/<tree>'],
        },
      );
    await files.writeAtomic(file, text, { mode: 0o600 });
    return {
      file,
      nEntries: new Set(entries.map(({ key }) => key)).size,
      nVersions: entries.length,
      sizeBytes,
      sha256: sha256(text),
    };
  },
});
