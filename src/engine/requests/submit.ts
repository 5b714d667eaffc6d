import { Fault } from '../../base/fault.ts';
import { row } from '../../domain/journal/kinds.ts';
import { createRun } from '../runs/create-run.ts';
import { unknownTree } from '../runs/plan-submit.ts';
import { accepted, type Handlers, sendAnswered } from './handler.ts';
import { requireOpenRun } from './runs.ts';

export const submitRequests: Handlers<'submit.start' | 'open.start' | 'run.close'> = {
  'submit.start': async (engine, { asked, options, by }, request) => {
    // A tree or source that is not there makes no run.
    if (asked.tree !== null && !engine.definitions.trees.has(asked.tree)) throw unknownTree(engine, asked.tree);
    const { name } = await engine.work.find(asked.source);
    await createRun(engine, {
      goal: `submit ${name}`,
      kind: 'submit',
      options,
      by,
      request,
      restore: null,
      submit: asked,
    });
  },

  'open.start': async (engine, { tree, options, by }, request) => {
    if (!engine.definitions.trees.has(tree)) throw unknownTree(engine, tree);
    await createRun(engine, { goal: `open ${tree}`, kind: 'open', options, by, request, restore: null, tree });
  },

  async 'run.close'(engine, { run, by }, id) {
    const view = requireOpenRun(engine, run);
    const opened = engine.ledger.latest(`opened:${run}`);
    if (!opened || view.state !== 'paused')
      throw new Fault('RUN_NOT_RESUMABLE', `${run} is ${view.state}, and holds no slot of yours.`, {
        hints: [`orchestrate runs cancel ${run}`],
      });
    const closed = row('run.resumed', { run, by }, { run, keys: [`resume-of:${run}`] });
    const answers = accepted(id, run, `${run} gives back its slot; what lies in it is kept.`);
    await sendAnswered(engine, run, { type: 'CLOSE' }, { rows: [closed], answers });
  },
};
