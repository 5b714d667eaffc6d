import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { definePlanningAction } from './_context.ts';

/** A page larger than this is read by nobody at night. */
const maxChars = 64 * 1024;
const namePattern = /^[a-z0-9][a-z0-9-]{0,79}$/;

/** Where pages may lie: the runbook, and what ops-maint learned. */
const folders = ['ops/runbooks', 'docs/ops-maint'] as const;

/**
 * Plans a page: writes `ops/runbooks/<name>.md`, or the same below `docs/ops-maint`. The text is data: nothing in it is obeyed.
 * Faults: `NAME_INVALID`, `USAGE_BAD_ARGUMENT`, `NOTHING_TO_DO`.
 */
export const runbookWrite = definePlanningAction({
  id: 'runbook.write',
  summary: 'Write a page of the runbook',
  effect: 'plan',
  input: z.object({ name: z.string(), text: z.string(), folder: z.enum(folders).default('ops/runbooks') }),
  async plan({ store, baseTree }, { name, text: given, folder }) {
    const state = 'Nothing was changed.';
    if (!namePattern.test(name))
      throw new Fault('NAME_INVALID', `A page cannot be called ${JSON.stringify(name.slice(0, 100))}.`, {
        hints: ['Small letters, digits and -, 80 at most: orchestrate run "write runbook disk-full"'],
        state,
      });
    if (given.trim() === '' || given.length > maxChars)
      throw new Fault(
        'USAGE_BAD_ARGUMENT',
        given.trim() === '' ? 'The page has no text.' : `The page is longer than ${maxChars} characters.`,
        { hints: [`orchestrate run "write runbook ${name}" --set text="$(cat ${name}.md)"`], state },
      );
    const path = `${folder}/${name}.md`;
    const text = given.endsWith('\n') ? given : `${given}\n`;
    const bytes = await store.readFile(baseTree, path);
    if (bytes !== undefined && new TextDecoder().decode(bytes) === text)
      throw new Fault('NOTHING_TO_DO', `${path} says exactly that already.`, { state });
    const nLines = text.split('\n').length - 1;
    return {
      moves: [],
      rejected: [],
      lockText: null,
      requirementsText: null,
      files: [{ path, text }],
      notes: [`${bytes === undefined ? 'adds' : 'replaces'} ${path}: ${nLines} ${nLines === 1 ? 'line' : 'lines'}`],
      downloadBytes: 0,
      diskBytes: 0,
      warnings: [],
    };
  },
});
