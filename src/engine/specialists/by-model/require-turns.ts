import { Fault } from '../../../base/fault.ts';
import { dataOf } from '../../../domain/journal/kinds.ts';
import type { Engine } from '../../engine.ts';
import type { WorkOrder } from '../order.ts';
import type { Talk } from './talk.ts';

/**
 * Refuses another turn when the agent had as many as it may since a person last said that it may go on. A kill between the refusal and the
 * pause gives none: only another attempt does. Fault `AGENT_TURNS`.
 */
export function requireTurns(engine: Engine, { agent, conversation, parts }: WorkOrder, talk: Talk): void {
  const { nTurns } = talk.standing();
  const paused = dataOf('conversation.paused', engine.ledger.latest(`paused:${conversation}`));
  const since = paused !== undefined && paused.attempt !== parts.attempt ? paused.nTurns : 0;
  const wasRefused = paused?.attempt === parts.attempt && paused.fault.code === 'AGENT_TURNS';
  if (nTurns - since < agent.maxTurns && !wasRefused) return;
  throw new Fault(
    'AGENT_TURNS',
    `${agent.id} had ${nTurns} turns and is not done; its file allows ${agent.maxTurns} at a time.`,
    {
      hints: [
        `orchestrate runs show ${parts.run} --transcript`,
        `orchestrate runs resume ${parts.run}   (lets it have ${agent.maxTurns} more)`,
        `orchestrate runs cancel ${parts.run}`,
      ],
      state: 'Its files are in the slot; the branch and production are as they were.',
    },
  );
}
