import { dataBlock } from '../../../domain/conversations/data-block.ts';
import type { Engine } from '../../engine.ts';
import { reportsBefore } from '../../tasks/reports-before.ts';
import { runOf } from '../../tasks/task-view.ts';
import type { WorkOrder } from '../order.ts';

/** What the agent is asked, with what earlier steps reported: the first message of a conversation. */
export async function taskText(engine: Engine, { parts, asked, expects }: WorkOrder, memory = ''): Promise<string> {
  const before = reportsBefore(engine, parts).map(({ step, agent, sentence, row }) =>
    dataBlock({ what: `report of the step ${step}`, from: `${agent}, row #${row}` }, sentence),
  );
  const { goal } = runOf(engine, parts.run);
  return [
    `The run: ${goal}`,
    `Your task: ${asked}`,
    expects === 'answer'
      ? 'You are asked to look and to say what you find; no file has to change.'
      : 'You are asked to change files in your folder so that the task is done.',
    ...before,
    ...(memory === '' ? [] : [memory]),
  ].join('\n\n');
}
