import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { canonicalJson } from '../../base/json.ts';
import { absolutePath } from '../../base/paths.ts';
import { findProblem } from '../../domain/memory/content.ts';
import { importedEntry, planImport } from '../../domain/memory/import-plan.ts';
import { keyProblem } from '../../domain/memory/key.ts';
import { type ExportedEntry, maxExportBytes, readExport } from '../../domain/memory/portable.ts';
import type { App } from '../app.ts';
import { defineOperation } from '../operation.ts';
import { saidYesField, seenPlanField } from './_inputs.ts';
import { lookedThrough, writerOf } from './_memory.ts';

/** `orchestrate memory import <file>` */
export const memoryImport = defineOperation({
  name: 'memory import',
  summary: 'Bring exported memory in: from a backup, or from another installation.',
  description:
    'Shows first what is new, the same, or differs from what is there. What differs, also what was taken away here and is in the file, stays as it is unless --replace is given; then it becomes a new version, and the one that is there stays in the history. Entries are recorded as imported by you: who said so elsewhere is kept as evidence and not believed. What was taken away where the file comes from comes with its versions and is taken away here. A repeat brings in nothing twice.',
  effect: 'write',
  needs: 'home',
  asksFirst: true,
  input: z.object({
    file: z.string().min(1).describe('File of `memory export`.'),
    replace: z.boolean().default(false).describe('Also what differs from what is there.'),
    dryRun: z.boolean().default(false).describe('Show what would be brought in and write nothing.'),
    yes: saidYesField,
    plan: seenPlanField,
  }),
  output: z.object({
    state: z.enum(['planned', 'imported', 'nothing']).describe('`planned`: nothing was written yet.'),
    hash: z.string().describe('Names the plan: what is shown is what is brought in.'),
    installation: z.string().describe('Installation that it comes from, as the file says.'),
    madeAtMs: z.number().describe('When it was written, as the file says, in milliseconds since 1970.'),
    entries: z
      .array(
        z.object({
          key: z.string().describe('Key of the entry.'),
          what: z.enum(['new', 'same', 'differs', 'invalid']).describe('Compared with what is there.'),
          nVersions: z.number().describe('Versions of it in the file.'),
          present: z.number().describe('Version that is there; 0: none.'),
          why: z.string().nullable().describe('Why it is not brought in, where it is not.'),
        }),
      )
      .describe('In the order of the file.'),
    nWritten: z.number().describe('Versions that were written.'),
  }),
  positional: ['file'],
  confirm: (input, planned) => ({ ...input, yes: true, plan: planned.hash }),
  examples: [
    { command: 'orchestrate memory import backup.jsonl --dry-run', explains: 'What it would bring in.' },
    { command: 'orchestrate memory import backup.jsonl --replace', explains: 'Everything as it was in the backup.' },
  ],
  async run(app, { file: asked, replace, dryRun, yes, plan: seen }) {
    const memory = await lookedThrough(app);
    const file = absolutePath(app.cwd, asked);
    const sha256 = (text: string): string => app.outside.digest.sha256(text);
    const { head, entries } = readExport({ file, text: await readSource(app, file) }, sha256);
    const steps = planImport(entries, {
      newest: (key) => memory.history(key)[0],
      problem: problemOf,
    });
    const taken = new Set(
      steps.filter(({ what }) => what === 'new' || (replace && what === 'differs')).map(({ key }) => key),
    );
    const hash = sha256(canonicalJson({ sha256: head.sha256, steps, replace }));
    if (seen !== null && !hash.startsWith(seen))
      throw new Fault('PLAN_MOVED', 'What would be brought in is something else now than what you saw.', {
        state: 'Nothing was imported.',
        hints: [`orchestrate memory import ${asked}`],
      });
    const shown = {
      hash,
      installation: head.installation,
      madeAtMs: head.madeAtMs,
      entries: steps.map((one) => ({ ...one })),
    };
    if (taken.size === 0) return { state: 'nothing' as const, ...shown, nWritten: 0 };
    if (dryRun || !yes) return { state: 'planned' as const, ...shown, nWritten: 0 };
    const installation = (await app.installation()).config.id;
    const versions = new Map<string, number>();
    let nWritten = 0;
    for (const entry of entries.filter(({ key }) => taken.has(key))) {
      const { by } = await writerOf(app, entry.key);
      const written = await memory.put(importedEntry(entry, head, { by, installation, versions }));
      versions.set(`${entry.key}@${entry.version}`, written.version);
      nWritten += 1;
      if (entry.isRemoved)
        await memory.remove({ key: entry.key, ifVersion: written.version, by, reason: goneElsewhere });
    }
    return { state: 'imported' as const, ...shown, nWritten };
  },
});

const goneElsewhere = 'it was taken away where it was imported from';

/** Keys and contents of a stranger are held to the same rules as our own. */
const problemOf = ({ key, text }: ExportedEntry): string | undefined => {
  const bad = keyProblem(key);
  return bad === undefined ? findProblem(key, text)?.sentence : `its key ${bad}`;
};

async function readSource(app: App, file: string): Promise<string> {
  const { files } = app.outside;
  const nothing = { state: 'Nothing was imported.' };
  const info = await files.info(file);
  if (info?.kind !== 'file')
    throw new Fault('FILE_ACCESS', `${file} ${info === undefined ? 'is not there' : 'is no plain file'}.`, nothing);
  if (info.sizeBytes > maxExportBytes)
    throw new Fault(
      'MEMORY_EXPORT_INVALID',
      `${file} has ${info.sizeBytes} bytes; an export has at most ${maxExportBytes}.`,
      nothing,
    );
  return (await files.readText(file)) ?? '';
}
