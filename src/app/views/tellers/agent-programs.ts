import type { AgentProgramRows } from '../../../domain/journal/rows/agent-programs.ts';
import { countText, listText } from '../text.ts';
import type { TellersOf } from './teller.ts';

/** What a journal row of this feature says, as one line. */
export const agentProgramTellers: TellersOf<AgentProgramRows> = {
  'program.started': ({ conversation, program, version, login, wall, by, egress, loopback, hidden }) => {
    const reach = [...egress, ...loopback.map((port) => `port ${port} of this machine`)];
    return [
      `${program}${version === null ? '' : ` ${version}`}${login === null ? '' : ` (${login})`} works on ${conversation}`,
      `wall ${wall} (${by}), its own sandbox off`,
      `it reaches ${reach.length === 0 ? 'nothing' : listText(reach)}`,
      ...(hidden.length === 0 ? [] : [`it does not see ${listText(hidden)}`]),
    ].join('; ');
  },
  'program.ended': ({ conversation, runner, exitCode, signal, limit, turns, nTools, nUnread, refused = [] }) =>
    [
      `${runner} ended on ${conversation} ${limit !== null ? `at its limit of ${limit}` : signal !== null ? `by ${signal}` : `with status ${exitCode}`}`,
      `it tells ${countText(turns, 'turn')} and used ${countText(nTools, 'tool')}`,
      ...refused.map(({ host, why, n }) => `${host} was refused to it${n === 1 ? '' : ` ${n} times`}: ${why}`),
      ...(nUnread === 0 ? [] : [`${countText(nUnread, 'line')} could not be read`]),
    ].join('; '),
};
