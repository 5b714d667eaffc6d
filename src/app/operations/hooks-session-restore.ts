import { z } from 'zod';

import { sessionSchema } from '../../domain/hooks/session.ts';
import { defineOperation } from '../operation.ts';
import { newest } from '../views/journal-reader.ts';
import { requireSaved } from './_hook-sessions.ts';
import { answerHook, asksField, hookFields, hookSchema, note, refText } from './_hooks.ts';

/** `orchestrate hooks session-restore` */
export const hooksSessionRestore = defineOperation({
  name: 'hooks session-restore',
  summary: 'Give back a session by its id, as it was saved.',
  description:
    'Without an id, or with `latest`, the newest one. What it held is printed whole, with what became of its tasks since; the session goes on under its id. Its files are in their slots, and under the refs of its checkpoints. An id that nobody saved is an error that names the nearest ones.',
  effect: 'write',
  needs: 'home',
  fromInput: 'event',
  alsoTyped: { '-i': 'sessionId', '-a': 'restoreAgents', '-t': 'restoreTasks', '--id': 'sessionId' },
  input: z.object({
    restoreAgents: asksField.describe('Start its agents again: agents run in runs, and that is said.'),
    restoreTasks: z.boolean().default(true).describe('Say what became of its tasks since.'),
    ...hookFields,
  }),
  output: hookSchema.extend({
    id: z.string().describe('Id of the session.'),
    restored: sessionSchema.describe('What was saved, unchanged.'),
  }),
  examples: [
    {
      command: 'orchestrate hooks session-restore --session-id swarm-42',
      explains: 'What session-end saved as swarm-42.',
    },
  ],
  run: (app, input) =>
    answerHook(
      app,
      { hook: 'session-restore', events: ['SessionStart'], given: { ...input, sessionId: null } },
      async ({ event }) => {
        const { session, ref, row: saved } = await requireSaved(app, input.sessionId ?? event?.session ?? null);
        const { ledger } = await app.installation();
        const found = input.restoreTasks
          ? session.tasks.map(({ task, description }) => {
              const now = newest(ledger, 'hook.task', `hook-task:${task}`);
              const state = now?.data.act === 'ended' ? 'ended' : 'is still open';
              return `${task} ${state}: ${description}`;
            })
          : [];
        const row = await note(app, {
          kind: 'hook.session',
          data: { session: session.id, act: 'restored', memory: ref },
        });
        return {
          sentence: `Session ${session.id} is back: ${session.summary ?? 'it said nothing of itself'}.`,
          id: session.id,
          restored: session,
          found,
          evidence: [row, `#${saved}`, refText(ref)],
          notDone:
            input.restoreAgents === true
              ? ['--restore-agents: agents are started by a run: orchestrate run "<goal>"']
              : [],
        };
      },
    ).then((answer) => ({ ...answer, session: answer.id })),
});
