import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';

/**
 * Returns a workflow's graph. It has to be in API format (node id to `class_type` and `inputs`): what the editor
 * saves has `nodes` and `links` instead, and ComfyUI does not run it.
 * Faults: `DEFINITION_SYNTAX`, `DEFINITION_INVALID`.
 */
export function parseGraph(workflow: { readonly name: string; readonly text: string }): JsonObject {
  const file = `workflows/${workflow.name}.json`;
  const hints = ['In ComfyUI: Workflow, Export (API), and save that file into workflows/.'];
  let graph: unknown;
  try {
    graph = JSON.parse(workflow.text);
  } catch (cause) {
    throw new Fault('DEFINITION_SYNTAX', `${file} is not JSON: ${(cause as Error).message}`, { hints, cause });
  }
  if (graph !== null && typeof graph === 'object' && !Array.isArray(graph) && !('nodes' in graph))
    return graph as JsonObject;
  throw new Fault('DEFINITION_INVALID', `${file} is not in API format.`, { hints });
}
