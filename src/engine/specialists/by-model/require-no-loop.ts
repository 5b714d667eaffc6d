import { Fault } from '../../../base/fault.ts';
import { findLoop, loopTimes } from '../../../domain/conversations/loops.ts';
import { row } from '../../../domain/journal/kinds.ts';
import type { Engine } from '../../engine.ts';
import type { WorkOrder } from '../order.ts';
import type { Talk } from './talk.ts';

/** Tells an agent once that it does the same over and over; the next time it waits for a person. Fault `AGENT_LOOPS`. */
export async function requireNoLoop(engine: Engine, order: WorkOrder, talk: Talk): Promise<void> {
  const { agent, conversation, parts, tools } = order;
  const isChange = (name: string): boolean => tools.some((tool) => tool.name === name && tool.effect !== 'read');
  const { messages } = talk.standing();
  const call = findLoop(messages, isChange);
  if (call === undefined) return;
  const keys = [`told:${conversation}:loop`];
  const sentence = `${call.name} was asked ${loopTimes} times with the same arguments, and answered the same each time.`;
  if (engine.ledger.latest(keys[0] ?? '') === undefined) {
    await engine.ledger.append([
      row('conversation.told', { conversation, about: 'loop', sentence }, { run: parts.run, keys }),
    ]);
    await talk.say({
      role: 'user',
      text: `${sentence} Do something else, or call finish and say what stands in your way.`,
    });
    return;
  }
  throw new Fault('AGENT_LOOPS', `${agent.id} goes in a circle: ${sentence}`, {
    hints: [
      `orchestrate runs show ${parts.run} --transcript`,
      `orchestrate runs resume ${parts.run}   (tells it to try another way)`,
      `orchestrate runs cancel ${parts.run}`,
    ],
    state: 'Its files are in the slot; the branch and production are as they were.',
  });
}
