import type { JsonObject } from '../../base/json.ts';
import type { WorkflowFault } from '../../domain/changes/workflow-fault.ts';
import { inputPictures, missingInputs } from '../../domain/instances/input-pictures.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { bytesText } from '../../domain/plans/amounts.ts';
import type { Engine } from '../engine.ts';
import type { Declaration } from '../instances/compose.ts';
import { baseUrl, composedInstance } from '../instances/start.ts';

/** Room for the form around a picture, in the largest body that the server takes. */
const formBytes = 4_096;

/**
 * Gives the instance under test the pictures that a workflow begins with, from `workflows/inputs/` of the tree: its input folder is its own
 * and empty. Returns what keeps it from it, before anything is posted, or undefined. A repeat writes the same files again. Production's
 * input folder is the person's: nothing is ever put there.
 */
export async function giveInputs(
  engine: Engine,
  { graph, declaration, instance }: { graph: JsonObject; declaration: Declaration; instance: string },
): Promise<(WorkflowFault & { readonly sentence: string }) | undefined> {
  const { port, purpose } = composedInstance(engine, instance);
  const pictures = inputPictures(graph);
  if (pictures.length === 0 || purpose !== 'proof') return undefined;
  const files = new Set(declaration.inputs);
  const missing = missingInputs(pictures, files);
  if (missing !== undefined) return missing;
  const most = dataOf('instance.proven', engine.ledger.latest(`instance-up:${instance}`))?.can?.maxUploadBytes ?? null;
  for (const { name, path, maskPath, nodes } of pictures) {
    for (const [kind, file] of [
      ['image', path],
      ['mask', maskPath],
    ] as const) {
      if (!files.has(file)) continue;
      const bytes = (await engine.store.readFile(declaration.tree, file)) ?? new Uint8Array();
      if (most !== null && bytes.length + formBytes > most) {
        const sentence = `${file} has ${bytesText(bytes.length)}; the server takes ${bytesText(most)} at most.`;
        return { code: 'WORKFLOW_INPUT_MISSING', nodes, sentence };
      }
      const refused = await engine.outside.service.upload(baseUrl(port), { kind, name, bytes });
      if (refused !== null)
        return { code: 'WORKFLOW_INPUT_MISSING', nodes, sentence: `The server did not take ${file}: ${refused}.` };
    }
  }
  return undefined;
}
