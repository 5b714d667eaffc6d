import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { lintGraph } from './graph-lint.ts';

/** A workflow file larger than this is none: graphs have kilobytes. */
export const maxWorkflowBytes = 4 * 1024 * 1024;

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;

/** Returns the name that a workflow gets from its file, or undefined when nothing of it can be used. */
export function workflowName(file: string): string | undefined {
  const stem = file.slice(file.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  const name = stem
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-._]+|[-._]+$/g, '')
    .slice(0, 80);
  return namePattern.test(name) ? name : undefined;
}

/** Fault `NAME_INVALID` unless a workflow can have this name: it becomes the name of a file. */
export function requireWorkflowName(name: string): string {
  if (namePattern.test(name)) return name;
  throw new Fault('NAME_INVALID', `A workflow cannot be called ${JSON.stringify(name.slice(0, 100))}.`, {
    hints: ['Letters, digits and . _ - , 80 at most, beginning with a letter or digit: --name portrait'],
    state: 'Nothing was changed.',
  });
}

/**
 * Returns the graph of a text in API format, with its form looked through. What the editor saves is explained, not run.
 * Faults: `DEFINITION_SYNTAX`, `DEFINITION_INVALID`.
 */
export function readGraph(file: string, text: string): JsonObject {
  const state = 'Nothing was changed.';
  if (text.length > maxWorkflowBytes)
    throw new Fault('DEFINITION_INVALID', `${file} is too large to be a workflow.`, { state });
  let graph: unknown;
  try {
    graph = parseLoosely(text);
  } catch (cause) {
    throw new Fault('DEFINITION_SYNTAX', `${file} is not JSON: ${(cause as Error).message}`, {
      hints: [exported],
      state,
      cause,
    });
  }
  if (graph === null || typeof graph !== 'object' || Array.isArray(graph))
    throw new Fault('DEFINITION_INVALID', `${file} holds no graph.`, { hints: [exported], state });
  const found = graph as JsonObject;
  // What is posted to a server has the graph under `prompt`.
  const inner = found['prompt'];
  if (isObject(inner) && !('class_type' in inner)) return lintedGraph(file, inner);
  if (Array.isArray(found['nodes'])) throw editorFormat(file, found);
  return lintedGraph(file, found);
}

const isObject = (value: unknown): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

function lintedGraph(file: string, graph: JsonObject): JsonObject {
  const problems = lintGraph(graph);
  if (problems.length === 0) return graph;
  const sentences = problems.map(({ sentence }) => sentence);
  throw new Fault('DEFINITION_INVALID', `${file} cannot run: ${sentences.join(' ')}`, {
    hints: [exported],
    state: 'Nothing was changed.',
    data: { problems },
  });
}

/** Returns the graph that a picture carries. `texts`: what `Pictures.texts` read from it. Faults: as `readGraph`. */
export function graphOfPicture(file: string, texts: Readonly<Record<string, string>>): JsonObject {
  const { prompt, workflow } = texts;
  if (prompt !== undefined) return readGraph(`${file} (prompt)`, prompt);
  const state = 'Nothing was changed.';
  if (workflow !== undefined)
    throw new Fault(
      'DEFINITION_INVALID',
      `${file} carries only the editor's workflow, not the graph that ran: ComfyUI cannot run that as it is.`,
      { hints: [`Drop the picture into ComfyUI's window. ${exported}`], state },
    );
  throw new Fault(
    'DEFINITION_INVALID',
    `${file} carries no workflow: ComfyUI wrote none into it, or another program took it out.`,
    {
      hints: ['Pictures of a ComfyUI that runs without --disable-metadata carry it.'],
      state,
    },
  );
}

/** Returns the bytes that are kept in workflows/: the same for the same graph, however it was written. */
export const printGraph = (graph: JsonObject): string => `${JSON.stringify(graph, null, 2)}\n`;

const exported = 'In ComfyUI: Workflow → Export (API), and give that file.';

/** Python writes NaN and Infinity into JSON; ComfyUI's editor reads them as null, and so do we. */
function parseLoosely(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const mended = text.replace(/([:[,]\s*)(?:NaN|-?Infinity)(?=\s*[,}\]])/g, '$1null');
    if (mended === text) throw error;
    return JSON.parse(mended);
  }
}

function editorFormat(file: string, found: JsonObject): Fault {
  const count = (key: string): number => (Array.isArray(found[key]) ? found[key].length : 0);
  return new Fault(
    'DEFINITION_INVALID',
    `${file} is what ComfyUI's editor saves (${count('nodes')} nodes, ${count('links')} links): the server cannot run that form.`,
    { hints: [`Open it in ComfyUI. ${exported}`], state: 'Nothing was changed.' },
  );
}
