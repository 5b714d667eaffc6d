import type { Json, JsonObject } from '../../base/json.ts';
import { graphModels } from '../usage/graph-models.ts';
import { graphClasses, graphShape } from '../usage/graph-shape.ts';

/** What a workflow needs, and what it does. */
export interface WorkflowUse {
  /** Node classes, sorted. */
  readonly classes: readonly string[];
  /** Model files that it names, sorted. */
  readonly models: readonly string[];
  /** See `graphShape`. */
  readonly shape: string;
}

/**
 * Returns what a workflow file uses, also one in the editor's form, of which the shape says nothing. Undefined where it holds no workflow: what is
 * wrong with it is told where it is run.
 */
export function workflowUse(text: string, sha256: (text: string) => string): WorkflowUse | undefined {
  const graph = graphOf(text);
  if (graph === undefined) return undefined;
  return { classes: graphClasses(graph), models: graphModels(graph), shape: graphShape(graph, sha256) };
}

function graphOf(text: string): JsonObject | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  return Array.isArray(value['nodes']) ? ofEditor(value['nodes']) : value;
}

/** A node of the editor has `type`, and its values in a list. */
function ofEditor(nodes: readonly Json[]): JsonObject {
  const entries = nodes.flatMap((node, index): [string, JsonObject][] => {
    if (!isObject(node) || typeof node['type'] !== 'string') return [];
    const values = node['widgets_values'];
    const inputs = Array.isArray(values) ? Object.fromEntries(values.entries()) : isObject(values) ? values : {};
    return [[String(index), { class_type: node['type'], inputs: inputs as JsonObject }]];
  });
  return Object.fromEntries(entries);
}

const isObject = (value: unknown): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
