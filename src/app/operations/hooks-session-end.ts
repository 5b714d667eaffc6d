import { z } from 'zod';

import { sessionKey } from '../../domain/hooks/session-id.ts';
import { sessionSchema } from '../../domain/hooks/session.ts';
import { requireKey } from '../../domain/memory/key.ts';
import { defineOperation } from '../operation.ts';
import { listText } from '../views/text.ts';
import { printSession, sessionNow } from './_hook-sessions.ts';
import { answerHook, asksField, hookFields, hookSchema, note, refText } from './_hooks.ts';
import { writerOf } from './_memory.ts';

/** `orchestrate hooks session-end` */
export const hooksSessionEnd = defineOperation({
  name: 'hooks session-end',
  summary: 'A session ends: save what it did, by its id.',
  description:
    'What hooks told of it (tasks, files, checkpoints, commands) is saved as an entry of memory below sessions/hooks, with a row in the journal; `hooks session-restore` with that id gives back exactly that. Without an id the session that you began last is saved, or one is made up and told.',
  effect: 'write',
  needs: 'home',
  fromInput: 'event',
  alsoTyped: { '-s': 'saveState', '--save-state': 'saveState' },
  input: z.object({
    summary: z.string().min(1).max(4000).nullable().default(null).describe('What it came to, in your words.'),
    generateSummary: z.boolean().default(true).describe('Where you give none: one sentence from what is on record.'),
    persistState: asksField.describe('false: nothing is saved, and that is said.'),
    saveState: asksField.describe('The same, as newer agents type it.'),
    exportMetrics: z
      .boolean()
      .default(false)
      .describe('Save figures with it: tasks, files, commands, how many failed, how long.'),
    stopDaemon: asksField.describe(
      'End the supervisor: that is not done here, as others may need it, and that is said.',
    ),
    ...hookFields,
  }),
  output: hookSchema.extend({
    id: z.string().describe('Id by which it is found again.'),
    saved: sessionSchema.describe('What was saved.'),
  }),
  examples: [
    {
      command: 'orchestrate hooks session-end --session-id swarm-42 --export-metrics true',
      explains: 'Saved, with figures.',
    },
  ],
  run: (app, input) =>
    answerHook(app, { hook: 'session-end', events: ['SessionEnd', 'Stop'], given: input }, async ({ session }) => {
      const id = session ?? `s-${app.outside.random.hex(4)}`;
      const now = await sessionNow(app, {
        id,
        summary: input.summary,
        withFigures: input.exportMetrics,
        withNext: true,
      });
      const saved = input.summary === null && input.generateSummary ? { ...now, summary: summaryOf(now) } : now;
      const skipped = [
        ...(input.stopDaemon === true ? ['--stop-daemon: others may need it; orchestrate supervisor stop'] : []),
      ];
      if (input.persistState === false || input.saveState === false)
        return { sentence: `${id} was not saved: you asked for that.`, id, saved, notDone: skipped };
      const key = requireKey(sessionKey(id));
      const { memory } = await app.installation();
      const entry = await memory.put({
        key,
        kind: 'session',
        text: printSession(saved),
        ...(await writerOf(app, key)),
        evidence: saved.tasks.slice(0, 32).map(({ row }) => `#${row}`),
      });
      const ref = { key, version: entry.version };
      const row = await note(app, { kind: 'hook.session', data: { session: id, act: 'saved', memory: ref } });
      return {
        sentence: `Session ${id} is saved; orchestrate hooks session-restore --session-id ${id} gives it back.`,
        id,
        saved,
        evidence: [row, refText(ref)],
        notDone: skipped,
      };
    }).then((answer) => ({ ...answer, session: answer.id })),
});

function summaryOf({ tasks, files, checkpoints }: z.infer<typeof sessionSchema>): string {
  const ended = tasks.filter(({ state }) => state === 'ended');
  return listText([
    `${ended.length} of ${tasks.length} tasks ended`,
    `${files.length} files`,
    `${checkpoints.length} checkpoints`,
  ]);
}
