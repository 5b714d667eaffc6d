import { z } from 'zod';

import { lintEntry } from '../../domain/memory/lint.ts';
import { defineOperation } from '../operation.ts';
import { filterOf, prefixField } from './_memory.ts';

/** Entries that are read at a time: their texts are held one by one. */
const pageSize = 1_000;

/** `orchestrate memory lint [prefix]` */
export const memoryLint = defineOperation({
  name: 'memory lint',
  summary: 'Find what is doubtful in memory: claims without evidence, stale copies, files that are no entries.',
  effect: 'read',
  needs: 'home',
  input: z.object({ prefix: prefixField }),
  output: z.object({
    nEntries: z.number().describe('Entries that were looked at.'),
    findings: z
      .array(
        z.object({
          key: z.string().describe('Key of the entry.'),
          version: z.number().describe('Version of it.'),
          what: z.string().describe('What sort of finding it is.'),
          sentence: z.string().describe('What is doubtful.'),
          hint: z.string().describe('What to type next.'),
        }),
      )
      .describe('Sorted by key.'),
    problems: z
      .array(
        z.object({
          path: z.string().describe('Path below the memory folder.'),
          kind: z.string().describe('What sort of problem it is.'),
          sentence: z.string().describe('What is wrong.'),
          line: z.number().nullable().describe('Line, where one is known.'),
          column: z.number().nullable().describe('Column, where one is known.'),
        }),
      )
      .describe('What in the memory folder is no entry, or not sound; it is left as it is.'),
  }),
  positional: ['prefix'],
  examples: [{ command: 'orchestrate memory lint', explains: 'All of it; exit status 0 whatever is found.' }],
  async run(app, { prefix }) {
    const { memory, ledger, definitions } = await app.installation();
    const { problems } = await memory.sync();
    const facts = {
      trees: new Set(definitions.trees.keys()),
      headRow: ledger.head().seq,
      nowMs: app.outside.clock.nowMs(),
      newestOf: (key: string) => memory.history(key)[0],
    };
    const findings = [];
    let nEntries = 0;
    for (let afterKey = ''; ;) {
      const page = memory.list({ ...filterOf({ prefix, kind: null }), withOld: true, afterKey, limit: pageSize });
      for (const { key, version } of page) {
        const entry = await memory.get(key, version);
        if (entry !== undefined) findings.push(...lintEntry(entry, facts));
      }
      nEntries += page.length;
      if (page.length < pageSize) break;
      afterKey = page.at(-1)?.key ?? '';
    }
    // The look and the comparison may come upon the same thing: the sentence of the look stands, which says why it was not taken up.
    const looked = new Set(problems.map(({ path }) => path));
    const compared = (await memory.verify()).filter(({ path, kind }) => kind !== 'not-taken-up' || !looked.has(path));
    const told = Map.groupBy([...problems, ...compared], ({ path, kind }) => `${kind} ${path}`);
    return {
      nEntries,
      findings: [...findings],
      problems: [...told.values()].flatMap(([one]) => (one === undefined ? [] : [{ ...one }])),
    };
  },
});
