import type { JsonObject } from '../../base/json.ts';
import type { WorkflowFault } from '../changes/workflow-fault.ts';
import { findCycle, type Needing } from '../definitions/find-cycle.ts';

/** Nodes that a graph may have; ComfyUI's own largest templates have a few hundred. */
const maxNodes = 2_000;
/** Problems that are told. */
const maxProblems = 8;

/** What is wrong with a graph, as one sentence. */
export interface GraphProblem extends WorkflowFault {
  readonly sentence: string;
}

/**
 * Returns what is wrong with a graph in API format, as faults `WORKFLOW_MALFORMED`,
 * `WORKFLOW_CLASS_MISSING`, `WORKFLOW_LINK_DANGLING` and `WORKFLOW_CYCLE`, before it is posted: ComfyUI answers a circle of
 * links with an empty refusal, and names only the first class that it does not have. `classes` are those of the server
 * that is to run it; without them classes are not looked at.
 */
export function lintGraph(graph: JsonObject, classes?: ReadonlySet<string>): readonly GraphProblem[] {
  const ids = Object.keys(graph);
  if (ids.length === 0) return [malformed([], 'It has no node.')];
  if (ids.length > maxNodes) return [malformed([], `It has ${ids.length} nodes: more than ${maxNodes} are not taken.`)];
  const problems: GraphProblem[] = [];
  const needing: Needing[] = [];
  const missing = new Map<string, string>();
  for (const [id, node] of Object.entries(graph)) {
    const { class_type: className, inputs } = isObject(node) ? node : {};
    if (typeof className !== 'string' || (inputs !== undefined && !isObject(inputs))) {
      problems.push(malformed([id], `Node ${shown(id)} has no class_type.`));
      continue;
    }
    if (classes?.has(className) === false) missing.set(id, className);
    const before: string[] = [];
    for (const [name, value] of Object.entries(inputs ?? {})) {
      const from = linkOf(value);
      if (from === undefined) continue;
      if (Object.hasOwn(graph, from)) before.push(from);
      else problems.push(dangling(id, name, from));
    }
    needing.push({ id, needs: before });
  }
  if (missing.size > 0) problems.unshift(classesMissing(missing));
  const cycle = findCycle(needing);
  if (cycle !== undefined) problems.push(circle(cycle));
  return problems.slice(0, maxProblems);
}

const malformed = (nodes: readonly string[], sentence: string): GraphProblem => ({
  code: 'WORKFLOW_MALFORMED',
  nodes: nodes.map(shown),
  sentence,
});

const dangling = (id: string, name: string, from: string): GraphProblem => ({
  code: 'WORKFLOW_LINK_DANGLING',
  nodes: [shown(id)],
  sentence: `Node ${shown(id)} takes ${shown(name)} from node ${shown(from)}, which is not there.`,
});

/** `missing`: class by node id. A class is told once, with the first node that wants it. */
function classesMissing(missing: ReadonlyMap<string, string>): GraphProblem {
  const firstOf = new Map([...missing].reverse().map(([id, name]) => [name, id]));
  const told = [...firstOf.keys()].sort().map((name) => `${shown(name)} (node ${shown(firstOf.get(name) ?? '')})`);
  return {
    code: 'WORKFLOW_CLASS_MISSING',
    nodes: [...missing.keys()].map(shown),
    sentence: `It needs ${firstOf.size} node classes that are not there: ${told.join(', ')}.`,
  };
}

const circle = (cycle: readonly string[]): GraphProblem => ({
  code: 'WORKFLOW_CYCLE',
  nodes: cycle.map(shown),
  sentence: `Its nodes feed each other in a circle: ${[...cycle, cycle[0] ?? ''].map(shown).join(' → ')}.`,
});

/** A link is `[<id>, <output>]`; a list of other things is a value. */
function linkOf(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [from, output] = value as readonly unknown[];
  if (typeof output !== 'number') return undefined;
  return typeof from === 'string' ? from : undefined;
}

const isObject = (value: unknown): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const shown = (text: string): string => JSON.stringify(text.slice(0, 60)).slice(1, -1);
