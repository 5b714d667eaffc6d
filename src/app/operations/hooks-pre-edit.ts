import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { taskWords } from '../../domain/memory/relevance.ts';
import { recall } from '../../engine/memory/restore.ts';
import { defineOperation } from '../operation.ts';
import { freezeView } from '../views/freeze-view.ts';
import { hookFile, whatToKnow, whyNotEdit } from './_hook-files.ts';
import { answerHook, asksField, hookFields, hookSchema, note, refText } from './_hooks.ts';

/** Bytes of memory that are given for one file. */
const contextBytes = 8 * 1024;

/** `orchestrate hooks pre-edit` */
export const hooksPreEdit = defineOperation({
  name: 'hooks pre-edit',
  summary: 'Before a file is edited: whose it is, who else has it open, and whether it may be edited.',
  description:
    'Says which tree owns the file, whether it lies in the scope of the slot’s tree, and who told that they have it open. It says stop for git’s own files, for what orchestrate keeps, for locks that are made from other files, and during a freeze; never for anything else.',
  effect: 'write',
  needs: 'home',
  fromInput: 'event',
  alsoTyped: { '-f': 'file', '--file-path': 'file' },
  input: z.object({
    file: z.string().min(1).max(4096).nullable().default(null).describe('The file.'),
    operation: z
      .string()
      .min(1)
      .max(100)
      .nullable()
      .default(null)
      .describe('What is done to it, as you call it; said again in the answer.'),
    autoAssignAgents: asksField.describe('Name the agents of the tree that owns it.'),
    loadContext: asksField.describe('Give what memory holds about the file.'),
    ...hookFields,
  }),
  output: hookSchema.extend({
    file: z.string().describe('The file, absolute.'),
    tree: z.string().nullable().describe('Tree in whose slot it lies.'),
    owners: z.array(z.string()).describe('Trees that have it in their scope.'),
    agents: z.array(z.string()).describe('Agents of those, where they were asked for.'),
    memory: z.array(z.object({ ref: z.string(), text: z.string() })).describe('What is known, where it was asked for.'),
  }),
  examples: [
    {
      command: 'orchestrate hooks pre-edit --file docs/env-setup/torch.md',
      explains: 'Whose it is, and who is at it.',
    },
  ],
  run: (app, input) =>
    answerHook(app, { hook: 'pre-edit', events: ['PreToolUse'], given: input }, async ({ event, session, cwd }) => {
      const given = input.file ?? event?.file ?? null;
      if (given === null)
        throw new Fault('USAGE_BAD_ARGUMENT', 'hooks pre-edit needs --file: the file that is going to be edited.', {
          hints: ['orchestrate hooks pre-edit --help'],
        });
      const installation = await app.installation();
      const { definitions, ledger } = installation;
      const file = await hookFile(app, given, cwd);
      const shown = { file: file.path, tree: file.tree, owners: [...file.owners] };
      const frozen = freezeView(ledger);
      const why = frozen.isFrozen
        ? `everything is frozen${frozen.reason === null ? '' : `: ${frozen.reason}`}`
        : whyNotEdit(file);
      const agents = input.autoAssignAgents
        ? [...definitions.agents.values()]
            .filter(({ tree }) => tree !== null && [file.tree, ...file.owners].includes(tree))
            .map(({ id }) => id)
        : [];
      const { found, rows } = whatToKnow(installation, file, { session, nowMs: app.outside.clock.nowMs() });
      const words = taskWords([file.inside]);
      const known = input.loadContext
        ? (
            await recall(
              { ...installation, outside: app.outside },
              { words, tree: file.tree ?? '', budgetBytes: contextBytes },
            )
          ).entries
        : [];
      const memory = known.map(({ key, version, text }) => ({ ref: refText({ key, version }), text }));
      const more = { ...shown, agents, memory, found: [...found], evidence: [...rows, ...known.map(refText)] };
      if (why !== undefined) return { ok: false, sentence: `Do not edit it: ${why}.`, ...more };
      const told = {
        path: file.path,
        act: 'opened',
        tree: file.tree,
        session,
        sha256: null,
        sizeBytes: null,
        success: null,
        memory: null,
      } as const;
      const row = await note(app, { kind: 'hook.file', data: told });
      const what = input.operation === null ? 'edited' : `edited (${input.operation})`;
      return { sentence: `${file.inside} may be ${what}.`, ...more, evidence: [row, ...more.evidence] };
    }),
});
