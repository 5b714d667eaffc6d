import type { SpecialistRows } from '../../../domain/journal/rows/specialists.ts';
import { countText, listText } from '../text.ts';
import type { TellersOf } from './teller.ts';

/** What a journal row of this feature says, as one line. */
export const specialistsTellers: TellersOf<SpecialistRows> = {
  'conversation.opened': ({ conversation, agent, runner, taskType, tools }) =>
    `${agent} (${runner}) begins to think about ${conversation} as ${taskType}, with ${tools.length === 0 ? 'no tools' : countText(tools.length, 'tool')}`,
  'conversation.resumed': ({ conversation, attempt, nTurns, nOpen }) =>
    `${conversation} goes on in ${attempt} after ${countText(nTurns, 'turn')}${nOpen === 0 ? '' : `; ${countText(nOpen, 'call')} had no answer yet`}`,
  'conversation.paused': ({ conversation, nTurns, fault }) =>
    `${conversation} waits for a person after ${countText(nTurns, 'turn')}: ${fault.code} ${fault.message}`,
  'conversation.told': ({ conversation, about, sentence }) => `${conversation} was told about a ${about}: ${sentence}`,
  'conversation.ended': ({ conversation, agent, outcome, paths, nTurns, provider, model }) =>
    `${conversation} of ${agent} ended after ${countText(nTurns, 'turn')}${model === null ? '' : ` with ${provider === null ? '' : `${provider}/`}${model}`}: ${outcome === 'nothing' ? 'nothing was done' : paths.length === 0 ? 'no file changed' : `changed ${paths.length > 5 ? countText(paths.length, 'file') : listText(paths)}`}`,
  'tool.used': ({ conversation, tool, sentence, isError }) =>
    `${conversation} used ${tool}${isError ? ', which failed' : ''}: ${sentence}`,
  'tool.refused': ({ conversation, tool, why }) => `${conversation} was refused ${tool}: ${why}`,
  'agents.parted': ({ asker, asked, waits }) =>
    `${asker} was not let wait for ${asked}, which waits for ${listText(waits)}`,
};
