import type { JsonObject } from '../../base/json.ts';
import { findCycle, type Needing } from '../definitions/find-cycle.ts';

/** Nodes that a graph may have; ComfyUI's own largest templates have a few hundred. */
const maxNodes = 2_000;
/** Problems that are told. */
const maxProblems = 8;

/**
 * Returns what is wrong with a graph in API format, one sentence each, before it is posted: ComfyUI answers a circle of
 * links with an empty refusal, and names only the first class that it does not have. `classes` are those of the server
 * that is to run it; without them classes are not looked at.
 */
export function lintGraph(graph: JsonObject, classes?: ReadonlySet<string>): readonly string[] {
  const ids = Object.keys(graph);
  if (ids.length === 0) return ['It has no node.'];
  if (ids.length > maxNodes) return [`It has ${ids.length} nodes: more than ${maxNodes} are not taken.`];
  const problems: string[] = [];
  const needing: Needing[] = [];
  const missing = new Set<string>();
  for (const [id, node] of Object.entries(graph)) {
    const { class_type: className, inputs } = isObject(node) ? node : {};
    if (typeof className !== 'string' || (inputs !== undefined && !isObject(inputs))) {
      problems.push(`Node ${shown(id)} has no class_type.`);
      continue;
    }
    if (classes?.has(className) === false) missing.add(className);
    const before: string[] = [];
    for (const [name, value] of Object.entries(inputs ?? {})) {
      const from = linkOf(value);
      if (from === undefined) continue;
      if (Object.hasOwn(graph, from)) before.push(from);
      else problems.push(`Node ${shown(id)} takes ${shown(name)} from node ${shown(from)}, which is not there.`);
    }
    needing.push({ id, needs: before });
  }
  if (missing.size > 0)
    problems.unshift(
      `It needs ${missing.size} node classes that are not there: ${[...missing].sort().map(shown).join(', ')}.`,
    );
  const cycle = findCycle(needing);
  if (cycle !== undefined)
    problems.push(`Its nodes feed each other in a circle: ${[...cycle, cycle[0] ?? ''].map(shown).join(' → ')}.`);
  return problems.slice(0, maxProblems);
}

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
