import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import type { JsonObject } from '../base/json.ts';
import { inputPictures, missingInputs } from '../domain/instances/input-pictures.ts';
import { printGraph, readGraph, requireWorkflowName } from '../domain/instances/read-workflow.ts';
import { definePlanningAction, type PlanningContext } from './_context.ts';
import { findWorkflow, workflowDraft, workflowFile } from './_workflow-file.ts';

const input = z.object({ name: z.string(), graph: z.string() });

/**
 * Plans a workflow of the person's as one that every change has to run: writes it to workflows/. A graph that cannot
 * run is refused here, before anything is started.
 * Faults: `NAME_INVALID`, `DEFINITION_SYNTAX`, `DEFINITION_INVALID`, `WORKFLOW_INPUT_MISSING`, `NOTHING_TO_DO`.
 */
export const workflowAdd = definePlanningAction({
  id: 'workflow.add',
  summary: 'Add a workflow that every change has to run',
  effect: 'plan',
  input,
  async plan(context, asked) {
    const name = requireWorkflowName(asked.name);
    const path = workflowFile(name);
    if (asked.graph === '')
      throw new Fault('USAGE_BAD_ARGUMENT', 'No graph was given.', {
        hints: [`orchestrate smoke add ${name}.json`],
        state: 'Nothing was changed.',
      });
    const graph = readGraph(path, asked.graph);
    await requireInputs(context, path, graph);
    const text = printGraph(graph);
    const present = await findWorkflow(context, name);
    if (present === text)
      throw new Fault('NOTHING_TO_DO', `${path} holds this very graph already.`, { state: 'Nothing was changed.' });
    const nNodes = Object.keys(graph).length;
    return workflowDraft({
      file: { path, text },
      note: `${present === undefined ? 'adds' : 'replaces'} ${path}: ${nNodes} nodes; it is proven by running it`,
    });
  },
});

/** The server would refuse it, and only after an instance was started for it. */
async function requireInputs(
  { store, baseTree }: Pick<PlanningContext, 'store' | 'baseTree'>,
  path: string,
  graph: JsonObject,
): Promise<void> {
  const pictures = inputPictures(graph);
  if (pictures.length === 0) return;
  const files = new Set((await store.list(baseTree)).map((one) => one.path));
  const missing = missingInputs(pictures, files);
  if (missing === undefined) return;
  throw new Fault('WORKFLOW_INPUT_MISSING', `${path}: ${missing.sentence}`, {
    data: { nodes: missing.nodes },
    state: 'Nothing was changed.',
  });
}
