import { Fault } from '../../base/fault.ts';
import { isBeyondRecall } from '../changes/beyond-recall.ts';
import { draftOf } from '../changes/draft.ts';
import { gatedOf } from '../changes/gate.ts';
import { redraftChange } from '../changes/redraft.ts';
import { answerRow } from '../changes/review.ts';
import type { Beside } from '../machines/host.ts';
import { accepted, type Handlers } from './handler.ts';

export const reviewRequests: Handlers<'review.answer' | 'change.resubmit'> = {
  async 'change.resubmit'(engine, { change, by }, id) {
    const view = engine.host.find(change);
    if (!view || !engine.ledger.latest(`change:${change}`))
      throw new Fault('CHANGE_NOT_FOUND', `There is no open change ${change}.`);
    const { run } = draftOf(engine, change);
    const answers = accepted(id, run, `The files of ${change} were taken again.`);
    await redraftChange(engine, view, by, { answers });
  },

  async 'review.answer'(engine, { change, tree, base, verdict, comment, by }, id) {
    const view = engine.host.find(change);
    if (!view || !engine.ledger.latest(`change:${change}`))
      throw new Fault('CHANGE_NOT_FOUND', `There is no open change ${change}.`);
    const drafted = draftOf(engine, change);
    const gated = gatedOf(engine, change);
    const mayReject =
      ['reviewing.deciding', 'conflicted', 'changesRequested', 'queued.holding', 'mergeHeld'].includes(view.state) &&
      !(await isBeyondRecall(engine, view));
    if (verdict === 'approved' ? view.state !== 'reviewing.deciding' : !mayReject) {
      throw new Fault('CHANGE_NOT_REVIEWABLE', `${change} is ${view.state} and takes no answer now.`, {
        hints: [`orchestrate review show ${change}`],
      });
    }
    if (!gated || gated.exact !== tree || gated.base !== base) {
      throw new Fault('CHANGE_MOVED', `${change} now is another tree than the one you saw.`, {
        hints: [`orchestrate review show ${change}`],
        state: 'Nothing was approved.',
      });
    }
    if (by.kind !== 'person')
      throw new Fault('REVIEW_SELF', `${by.name} is no person and cannot decide about ${change}.`);
    const rows = [answerRow(engine, { drafted, gated, reviewer: 'final', by, verdict, questions: [], comment })];
    const beside: Beside = { rows, answers: accepted(id, drafted.run, `${change} is ${verdict}.`) };
    if (verdict === 'approved') await engine.host.send(change, { type: 'APPROVE' }, beside);
    else if (verdict === 'changes-requested') await engine.host.send(change, { type: 'REQUEST_CHANGES' }, beside);
    else
      await engine.host.send(
        change,
        {
          type: 'REJECT',
          fault: new Fault(
            'CHANGE_NOT_REVIEWABLE',
            `${change} was rejected by ${by.name}${comment ? `: ${comment}` : '.'}`,
            { state: 'The branch and production are as they were.' },
          ).toRecord(),
        },
        beside,
      );
  },
};
