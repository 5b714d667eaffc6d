import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { requireKey } from '../../domain/memory/key.ts';
import { defineOperation } from '../operation.ts';
import { copyEntry } from './_memory-copy.ts';
import { filterOf, kindField, lookedThrough } from './_memory.ts';

/** Entries that one transfer copies: more of them are a backup, and that is `memory export`. */
const maxEntries = 1_000;

const folderField = z.string().min(1).max(400);

/** `orchestrate memory transfer --from <prefix> --to <prefix>` */
export const memoryTransfer = defineOperation({
  name: 'memory transfer',
  summary: 'Copy what one session or domain of memory knows below another one.',
  description:
    'Copies the newest version of each entry, as copies: what refutes the one refutes the other. What was refuted or has expired stays behind. A repeat copies only what is new since.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    from: folderField.describe('Entries below it, e.g. `swarm/env-setup/patterns`.'),
    to: folderField.describe('Where they go, e.g. `swarm/ops-maint/patterns`.'),
    kind: kindField.describe('Only entries of this kind.'),
    dryRun: z.boolean().default(false).describe('Show what would be copied and write nothing.'),
  }),
  output: z.object({
    entries: z
      .array(
        z.object({
          from: z.string().describe('What is copied, with its version.'),
          to: z.string().describe('Key of the copy.'),
          what: z.enum(['copied', 'same', 'would-copy']).describe('What was done; `same`: it is there already.'),
        }),
      )
      .describe('In the order of their keys.'),
  }),
  examples: [
    {
      command:
        'orchestrate memory transfer --from swarm/env-setup/patterns --to swarm/ops-maint/patterns --kind pattern',
      explains: 'ops-maint has what worked for the environment.',
    },
  ],
  async run(app, { from, to, kind, dryRun }) {
    const [source, target] = [from, to].map((one) => requireKey(one.replace(/\/+$/, ''))) as [string, string];
    if (`${target}/`.startsWith(`${source}/`) || `${source}/`.startsWith(`${target}/`))
      throw new Fault('USAGE_BAD_ARGUMENT', `${from} and ${to} lie in one another.`, { state: 'Nothing was copied.' });
    const memory = await lookedThrough(app);
    const found = memory.list({ ...filterOf({ prefix: source, kind }), limit: maxEntries + 1 });
    if (found.length > maxEntries)
      throw new Fault('USAGE_BAD_ARGUMENT', `More than ${maxEntries} entries lie below ${source}.`, {
        state: 'Nothing was copied.',
        hints: ['orchestrate memory export <file> --prefix <prefix>'],
      });
    const entries: { from: string; to: string; what: 'copied' | 'same' | 'would-copy' }[] = [];
    for (const { key, version } of found) {
      const entry = await memory.get(key, version);
      if (entry === undefined) continue;
      const at = { from: `${key}@${version}`, to: `${target}${key.slice(source.length)}` };
      if (dryRun) {
        const isSame = (await memory.get(at.to))?.text === entry.text;
        entries.push({ ...at, what: isSame ? 'same' : 'would-copy' });
        continue;
      }
      const copied = await copyEntry(app, memory, { entry, to: at.to });
      entries.push({ ...at, what: copied === undefined ? 'same' : 'copied' });
    }
    return { entries };
  },
});
