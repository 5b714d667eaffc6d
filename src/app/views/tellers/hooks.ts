import type { HookRows } from '../../../domain/journal/rows/hooks.ts';
import { listText, shortId, spanText } from '../text.ts';
import type { TellersOf } from './teller.ts';

const inSession = (session: string | null): string => (session === null ? '' : ` in session ${session}`);

/** What a journal row of this feature says, as one line. What agents say of themselves is quoted. */
export const hooksTellers: TellersOf<HookRows> = {
  'hook.task': ({ task, act, description, agent, session, success, by }) => {
    const who = agent === null ? by.name : `${by.name}, as ${JSON.stringify(agent)},`;
    if (act === 'begun') return `${who} works on ${task}: ${JSON.stringify(description)}${inSession(session)}`;
    return `${who} is done with ${task}${success === null ? '' : success ? ', says that it succeeded' : ', says that it failed'}${inSession(session)}`;
  },
  'hook.file': ({ path, act, sha256, memory, session, by }) =>
    act === 'opened'
      ? `${by.name} is about to edit ${path}${inSession(session)}`
      : `${by.name} edited ${path}${sha256 === null ? ', which is gone' : `, now ${shortId(sha256)}`}${memory === null ? '' : `; see ${memory.key}@${memory.version}`}`,
  'hook.command': ({ command, exitCode, durationMs, by }) =>
    `${by.name} ran ${JSON.stringify(command.slice(0, 200))}${exitCode === null ? '' : `, exit ${exitCode}`}${durationMs === null ? '' : `, ${spanText(durationMs)}`}`,
  'hook.checkpoint': ({ slot, ref, description, nFiles, by }) =>
    `${by.name} kept the ${nFiles} files of ${slot} as ${ref}: ${JSON.stringify(description)}`,
  'worktrees.made': ({ slots, by }) =>
    `${by.name} wanted the worktrees ${listText(slots.map(({ slot, state }) => `${slot} (${state})`))}`,
  'hook.session': ({ session, act, memory, by }) =>
    `${by.name} ${act} session ${session}${memory === null ? '' : ` (${memory.key}@${memory.version})`}`,
};
