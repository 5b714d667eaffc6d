import type { JsonObject } from '../../base/json.ts';
import type { WorkflowFault } from '../changes/workflow-fault.ts';

/** Where the pictures that workflows begin with lie in home. */
export const inputsDir = 'workflows/inputs';

/** Node classes that read a picture of the input folder by the name in `image`. */
const readers = new Set(['LoadImage', 'LoadImageMask']);
/** Pictures that one graph may begin with. */
const maxInputs = 64;

/** A picture that a graph reads from the server's input folder. */
export interface InputPicture {
  readonly nodes: readonly string[];
  /** As the graph names it, with `/`. */
  readonly name: string;
  /** Its file on the branch. */
  readonly path: string;
  /** One that lies beside it as `<name>.mask.png` becomes its transparency. */
  readonly maskPath: string;
}

/**
 * Returns the pictures that a graph in API format reads from the input folder, each once. A name that says `[output]` or `[temp]`
 * is of another folder, and one that comes through a link is not known before it runs.
 */
export function inputPictures(graph: JsonObject): readonly InputPicture[] {
  const found = new Map<string, string[]>();
  for (const [id, node] of Object.entries(graph)) {
    const { class_type: className, inputs } = isObject(node) ? node : {};
    const value = isObject(inputs) ? inputs['image'] : undefined;
    if (typeof className !== 'string' || !readers.has(className) || typeof value !== 'string') continue;
    const [, name = value, folder = 'input'] = /^(.*) \[(\w+)\]$/.exec(value) ?? [];
    if (folder === 'input') found.set(name, [...(found.get(name) ?? []), id]);
  }
  return [...found].slice(0, maxInputs).map(([name, nodes]) => ({
    nodes,
    name,
    path: `${inputsDir}/${name}`,
    maskPath: `${inputsDir}/${name.replace(/\.[^./]+$/, '')}.mask.png`,
  }));
}

/**
 * Returns what is wrong about the pictures: those that are not among the files of the branch, and names that lead elsewhere. The server
 * would refuse it with `Invalid image file`: a proof has an input folder of its own, and nothing lies in it.
 */
export function missingInputs(
  pictures: readonly InputPicture[],
  files: ReadonlySet<string>,
): (WorkflowFault & { readonly sentence: string }) | undefined {
  const missing = pictures.filter(({ name, path }) => !isPlainName(name) || !files.has(path));
  const [first] = missing;
  if (first === undefined) return undefined;
  const more = missing.length === 1 ? '' : ` and ${missing.length - 1} more`;
  const what = isPlainName(first.name)
    ? `which is not in ${inputsDir}/`
    : 'which is no name of a file below the input folder';
  return {
    code: 'WORKFLOW_INPUT_MISSING',
    nodes: missing.flatMap(({ nodes }) => nodes),
    sentence: `Node ${shown(first.nodes[0] ?? '')} reads the picture ${shown(first.name)}${more}, ${what}.`,
  };
}

/** Below the folder, without a way up and without what another system takes for one. */
const isPlainName = (name: string): boolean =>
  name.length > 0 &&
  name.length <= 200 &&
  !/[\\\0]/.test(name) &&
  name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');

const isObject = (value: unknown): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const shown = (text: string): string => JSON.stringify(text.slice(0, 60)).slice(1, -1);
