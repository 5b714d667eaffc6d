import { z } from 'zod';

import { definePlanningAction } from './_context.ts';
import { requireWorkflow, workflowDraft } from './_workflow-file.ts';

/** Plans a run of the branch's workflows that changes nothing. Fault: `WORKFLOW_NOT_FOUND`. */
export const workflowChoose = definePlanningAction({
  id: 'workflow.choose',
  summary: 'Choose the workflows to run',
  effect: 'plan',
  input: z.object({ name: z.string().default('') }),
  async plan(context, { name }) {
    if (name !== '') await requireWorkflow(context, name);
    return workflowDraft({
      file: null,
      note: `runs ${name === '' ? 'every workflow of the branch' : name}; nothing is changed`,
    });
  },
});
