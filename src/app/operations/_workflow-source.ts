import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { absolutePath } from '../../base/paths.ts';
import {
  graphOfPicture,
  maxWorkflowBytes,
  printGraph,
  readGraph,
  requireWorkflowName,
  workflowName,
} from '../../domain/instances/read-workflow.ts';
import type { App } from '../app.ts';

/** A workflow as `smoke add` hands it on. */
export interface WorkflowSource {
  readonly name: string;
  readonly text: string;
}

/**
 * Reads a workflow from a file of the person's: a graph in API format, or a picture that carries one.
 * Faults: `FILE_ACCESS`, `DEFINITION_SYNTAX`, `DEFINITION_INVALID`, `NAME_INVALID`.
 */
export async function readWorkflowFile(app: App, path: string, asked: string | null): Promise<WorkflowSource> {
  const { files, pictures } = app.outside;
  const file = absolutePath(app.cwd, path);
  const name = requireWorkflowName(asked ?? workflowName(file) ?? '');
  const state = 'Nothing was changed.';
  if (/\.(png|PNG)$/.test(file)) return { name, text: printGraph(graphOfPicture(path, await pictures.texts(file))) };
  if (/\.(jpe?g|webp|mp4|gif)$/i.test(file))
    throw new Fault('DEFINITION_INVALID', `${path} is no PNG: of pictures only those carry a graph that is read.`, {
      state,
    });
  const info = await files.info((await files.realPath(file)) ?? file);
  if (info?.kind !== 'file')
    throw new Fault('FILE_ACCESS', `${path} is no file that can be read.`, {
      hints: ['orchestrate smoke add --help'],
      state,
    });
  if (info.sizeBytes > maxWorkflowBytes)
    throw new Fault(
      'DEFINITION_INVALID',
      `${path} has ${info.sizeBytes} bytes: a workflow has at most ${maxWorkflowBytes}.`,
      {
        state,
      },
    );
  return { name, text: printGraph(readGraph(path, (await files.readText(file)) ?? '')) };
}

export const shippedWorkflows = ['no-model', 'generate'] as const;

/** Reads a workflow that comes with the program; `generate` needs the file name of a checkpoint. Fault: `USAGE_BAD_ARGUMENT`. */
export async function readShipped(
  app: App,
  options: {
    readonly which: (typeof shippedWorkflows)[number];
    readonly model: string | null;
    readonly name: string | null;
  },
): Promise<WorkflowSource> {
  const { which, model } = options;
  const state = 'Nothing was changed.';
  if ((which === 'generate') !== (model !== null))
    throw new Fault(
      'USAGE_BAD_ARGUMENT',
      which === 'generate'
        ? 'The workflow generate needs a checkpoint: --model.'
        : 'The workflow no-model takes no --model.',
      { hints: ['orchestrate smoke add --shipped generate --model sd_xl_base_1.0.safetensors'], state },
    );
  const path = `${app.outside.host.builtInDir}/templates/workflows/${which}.json`;
  const text = await app.outside.files.readText(path);
  if (text === undefined) throw new Fault('FILE_ACCESS', `${path} is not there: the program is not whole.`, { state });
  return {
    name: requireWorkflowName(options.name ?? which),
    text: printGraph(withModel(readGraph(path, text), model)),
  };
}

/** The graph with its checkpoint filled in, as a value: no text of the person's becomes part of the JSON. */
function withModel(graph: JsonObject, model: string | null): JsonObject {
  const filled: Record<string, JsonObject> = {};
  for (const [id, node] of Object.entries(graph)) {
    const one = node as JsonObject;
    const inputs = one['inputs'] as JsonObject;
    filled[id] = inputs['ckpt_name'] === '{model}' ? { ...one, inputs: { ...inputs, ckpt_name: model } } : one;
  }
  return filled;
}
