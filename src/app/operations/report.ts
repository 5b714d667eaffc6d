import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { absolutePath } from '../../base/paths.ts';
import type { Files } from '../../ports/index.ts';
import { defineOperation } from '../operation.ts';
import { pageMark, reportPage } from '../reports/page.ts';
import { reportSchema, reportView } from '../views/report-view.ts';
import { runIdField } from './_inputs.ts';

/** `orchestrate report <run>` */
export const report = defineOperation({
  name: 'report',
  summary: 'Tell what a run changed, what was proven and what was not, and how to take it back.',
  description:
    'The same text is kept as sessions/<date>-<run>.md when the run ends. Every sentence comes from the journal and carries the number of its row. With --html it is also written as one page with a time line that needs no script and no network; a file that is there and is no such page is not replaced.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    run: runIdField.describe('Its id, e.g. `r12`.'),
    html: z.string().min(1).nullable().default(null).describe('Also write it as a page to this file.'),
  }),
  output: reportSchema.extend({
    html: z.string().nullable().describe('Absolute path of the page that was written, or null.'),
  }),
  positional: ['run'],
  examples: [
    { command: 'orchestrate report r12', explains: 'What run r12 did, as text.' },
    { command: 'orchestrate report r12 --html r12.html', explains: 'The same as a page to show or to send.' },
    { command: 'orchestrate report r12 --json', explains: 'The same for a program.' },
  ],
  async run(app, { run, html }) {
    const { ledger, paths } = await app.installation();
    const view = reportView(ledger, { run, home: paths.home });
    if (view === undefined) throw new Fault('RUN_NOT_FOUND', `There is no run ${run}.`);
    if (html === null) return { ...view, html: null };
    const file = absolutePath(app.cwd, html);
    await requireOurs(app.outside.files, file);
    await app.outside.files.writeAtomic(file, reportPage(view));
    return { ...view, html: file };
  },
});

/** A repeat replaces its own page. Fault: `REPORT_FILE_TAKEN` when anything else is there. */
async function requireOurs(files: Files, file: string): Promise<void> {
  const found = await files.info(file);
  if (found === undefined) return;
  const part = found.kind === 'file' ? await files.readPart(file, { offset: 0, maxBytes: pageMark.length }) : undefined;
  if (part !== undefined && new TextDecoder().decode(part.bytes) === pageMark) return;
  throw new Fault('REPORT_FILE_TAKEN', `${file} is there, and is no report of orchestrate.`, {
    hints: ['Name another file with --html, or move that one away.'],
    state: 'Nothing was written.',
  });
}
