import { z } from 'zod';

import { dataOf } from '../../domain/journal/kinds.ts';
import { defineOperation } from '../operation.ts';
import { conflictsSchema, conflictsView } from '../views/conflicts-view.ts';
import { newest } from '../views/journal-reader.ts';
import { measuredPort } from './_hook-ports.ts';
import { othersAt } from './_hook-tasks.ts';
import { answerHook, hookFields, hookSchema } from './_hooks.ts';

const portsField = z
  .string()
  .regex(/^\[?\s*\d{1,5}(\s*,\s*\d{1,5})*\s*\]?$/, 'has to be numbers with commas, like 8188,8189')
  .nullable()
  .default(null);

/** `orchestrate hooks conflict-detect` */
export const hooksConflictDetect = defineOperation({
  name: 'hooks conflict-detect',
  summary: 'Who stands in whose way: changes, runs, files that are open, ports.',
  description:
    'What the conflict radar found last (`orchestrate conflicts`), tasks and files that others told of, and who holds the ports that are named, asked of the machine now. It says stop when a port is held by a program that is not production, or when changes meet so that a person has to decide.',
  effect: 'read',
  needs: 'home',
  fromInput: 'event',
  input: z.object({ ports: portsField.describe('Ports to look at, like `8188,8189`.'), ...hookFields }),
  output: hookSchema.extend({
    conflicts: conflictsSchema,
    ports: z.array(z.object({ port: z.number(), holder: z.string().nullable().describe('Null: free.') })),
  }),
  examples: [
    {
      command: 'orchestrate hooks conflict-detect --ports 8188,8189,8190',
      explains: 'Conflicts, and who holds the ports.',
    },
  ],
  run: (app, input) =>
    answerHook(app, { hook: 'conflict-detect', events: [], given: input }, async ({ session }) => {
      const { ledger, config } = await app.installation();
      const conflicts = conflictsView(ledger);
      const numbers = [...new Set((input.ports?.match(/\d+/g) ?? []).map(Number))].filter(
        (port) => port > 0 && port < 65_536,
      );
      const ports = await Promise.all(numbers.map((port) => measuredPort(app, port)));
      const foreign = ports.filter(({ port, holder }) => holder !== null && port !== config.service.port);
      const decided = conflicts.pairs.filter(({ advice }) => advice === 'person');
      const open = openFiles(ledger, session);
      const found = [
        ...foreign.map(({ port, holder }) => `port ${port} is ${holder ?? ''}`),
        ...ports.flatMap(({ port, holder }) =>
          port === config.service.port && holder !== null ? [`port ${port}, production’s, is ${holder}`] : [],
        ),
        ...conflicts.pairs.map(({ sentence }) => sentence),
        ...open,
        ...(await othersAt(app, { task: null, session })),
      ];
      const ok = foreign.length === 0 && decided.length === 0;
      const sentence =
        found.length === 0
          ? 'Nothing stands in the way of anything.'
          : `${found.length} things to know${ok ? '' : ', and somebody has to decide'}.`;
      return { ok, sentence, found, conflicts, ports, evidence: conflicts.row === null ? [] : [`#${conflicts.row}`] };
    }),
});

function openFiles(ledger: Parameters<typeof conflictsView>[0], session: string | null): readonly string[] {
  return ledger.read({ kinds: ['hook.file'], descending: true, limit: 500 }).flatMap((entry) => {
    const told = dataOf('hook.file', entry);
    if (told === undefined || told.act !== 'opened' || (session !== null && told.session === session)) return [];
    if (newest(ledger, 'hook.file', `hook-file:${told.path}`)?.seq !== entry.seq) return [];
    return [`${told.by.name} has ${told.path} open (#${entry.seq})`];
  });
}
