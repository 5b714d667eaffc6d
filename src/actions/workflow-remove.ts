import { z } from 'zod';

import { definePlanningAction } from './_context.ts';
import { requireWorkflow, workflowDraft, workflowFile } from './_workflow-file.ts';

/** Plans that a workflow is no longer run by changes: removes it from workflows/. Fault: `WORKFLOW_NOT_FOUND`. */
export const workflowRemove = definePlanningAction({
  id: 'workflow.remove',
  summary: 'Remove a workflow that changes have to run',
  effect: 'plan',
  input: z.object({ name: z.string() }),
  async plan(context, { name }) {
    await requireWorkflow(context, name);
    const path = workflowFile(name);
    return workflowDraft({ file: { path, text: null }, note: `removes ${path}: changes no longer run it` });
  },
});
