import { Fault } from '../../base/fault.ts';
import { taskId, type RunId } from '../../base/ids.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import { requirePerson } from '../policy/answerer.ts';
import { requireMine } from '../scale/claims.ts';
import { accepted, type Handlers, sendAnswered } from './handler.ts';
import { requireOpenRun } from './runs.ts';

export const stepRequests: Handlers<'step.answer'> = {
  /** Only a person answers, once. A no calls the run off, and what its steps did is taken back. Faults: `REVIEW_SELF`, `STEP_NOT_ASKED`. */
  async 'step.answer'(engine, { run, step, verdict, by }, id) {
    const task = taskId(run as RunId, step);
    requirePerson(by, task);
    const view = requireOpenRun(engine, run);
    requireMine(engine, run, by);
    const asked = dataOf('step.asked', engine.ledger.latest(`step-ask:${task}`));
    if (!asked || engine.ledger.latest(`step-answer:${task}`))
      throw new Fault('STEP_NOT_ASKED', `${task} does not wait for an answer${asked ? ' any more' : ''}.`, {
        hints: [`orchestrate runs show ${run}`],
      });
    const answered = row('step.answered', { task, verdict, by }, { run, keys: [`step-answer:${task}`] });
    const isYes = verdict === 'approved';
    const sentence = isYes ? `${task} may start.` : `${task} is not to start: ${run} is called off.`;
    const beside = { rows: [answered], answers: accepted(id, run, sentence) };
    if (!isYes) return sendAnswered(engine, run, { type: 'CANCEL' }, beside);
    if (view.state === 'paused') return sendAnswered(engine, run, { type: 'RESUME' }, beside);
    // It is at work with other steps: the next look starts this one.
    await engine.ledger.append(beside.rows, beside.answers);
  },
};
