import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { defineOperation } from '../operation.ts';
import { freezeView } from '../views/freeze-view.ts';
import { installationActions } from '../views/next-actions-view.ts';
import { requireSaved } from './_hook-sessions.ts';
import { othersAt } from './_hook-tasks.ts';
import { answerHook, asksField, hookFields, hookSchema, note, refText } from './_hooks.ts';

/** What is open is told so far: it becomes part of what a model reads. */
const maxActions = 10;

/** `orchestrate hooks session-start` */
export const hooksSessionStart = defineOperation({
  name: 'hooks session-start',
  summary: 'A session begins: put it on record, and be told what is open.',
  description:
    'What is printed becomes part of what Claude Code knows. A session of the same id that was saved before is told as well; so is the newest one with --restore-latest.',
  effect: 'write',
  needs: 'home',
  fromInput: 'event',
  input: z.object({
    restoreLatest: asksField.describe('Tell what the newest session that was saved held.'),
    startDaemon: asksField.describe('Make sure that a supervisor is there.'),
    ...hookFields,
  }),
  output: hookSchema.extend({ id: z.string().describe('Id of the session; made up when none was given.') }),
  examples: [
    { command: 'orchestrate hooks session-start --session-id swarm-42', explains: 'swarm-42 begins, or goes on.' },
  ],
  run: (app, input) =>
    answerHook(app, { hook: 'session-start', events: ['SessionStart'], given: input }, async ({ event, session }) => {
      const id =
        input.sessionId === null && event === null
          ? `s-${app.outside.random.hex(4)}`
          : (session ?? `s-${app.outside.random.hex(4)}`);
      const { ledger } = await app.installation();
      const row = await note(app, { kind: 'hook.session', data: { session: id, act: 'begun', memory: null } });
      const evidence = [row];
      const found: string[] = [];
      if (freezeView(ledger).isFrozen)
        found.push('everything is frozen: nothing is to be changed until somebody thaws it');
      const before = await savedBefore(app, input.restoreLatest === true ? null : id);
      if (before !== undefined) {
        evidence.push(refText(before.ref));
        found.push(
          `session ${before.session.id} was saved: ${before.session.summary ?? `${before.session.tasks.length} tasks, ${before.session.files.length} files`}`,
        );
        for (const { task, description, state } of before.session.tasks)
          if (state === 'begun') found.push(`it was at ${task}: ${description}`);
      }
      found.push(...(await othersAt(app, { task: null, session: id })));
      found.push(
        ...installationActions(ledger)
          .slice(0, maxActions)
          .map(({ sentence, command }) => `${sentence}: ${command}`),
      );
      if (input.startDaemon === true) await app.wake();
      return { sentence: `Session ${id} is on record.`, id, found, evidence };
    }).then((answer) => ({ ...answer, session: answer.id })),
});

async function savedBefore(app: Parameters<typeof requireSaved>[0], id: string | null) {
  try {
    return await requireSaved(app, id);
  } catch (error) {
    if (error instanceof Fault && error.code === 'SESSION_NOT_FOUND') return undefined;
    throw error;
  }
}
