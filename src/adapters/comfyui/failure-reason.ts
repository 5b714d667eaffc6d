import type { Json, JsonObject } from '../../base/json.ts';
import type { WorkflowFault } from '../../domain/changes/workflow-fault.ts';
import type { WorkflowOutcome } from '../../ports/service-client.ts';
import { listOf, objectOf, textOf } from './http.ts';

/** Keys that may hold prompts, keys and pictures of the person. */
const secretKeys = new Set(['current_inputs', 'current_outputs', 'extra_data', 'prompt']);
const maxTextChars = 2000;
/** Nodes that are named. */
const maxNodes = 20;

export type FailedWorkflow = Extract<WorkflowOutcome, { kind: 'failed' }>;

/** Returns a copy without the values that a node worked on, and with long texts cut. */
export function redacted(value: Json | undefined): Json {
  if (typeof value === 'string') return value.length > maxTextChars ? `${value.slice(0, maxTextChars)}…` : value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(redacted);
  if (typeof value !== 'object' || value === null) return value ?? null;
  const kept = Object.entries(value).filter(([key]) => !secretKeys.has(key));
  return Object.fromEntries(kept.map(([key, item]) => [key, redacted(item)]));
}

/** Returns one sentence for an `execution_error`: which node, and what it threw. */
export function executionReason(data: JsonObject): string {
  const message = firstLine(textOf(data['exception_message']));
  const type = textOf(data['exception_type']) || 'an error';
  return `${nodeName(textOf(data['node_type']), textOf(data['node_id']))} failed: ${type}${message === '' ? '' : `: ${message}`}`;
}

/** A failed outcome; `nodes` are ids of nodes of the graph. */
export function failed(
  code: WorkflowFault['code'],
  reason: string,
  { nodes = [], details = null }: { nodes?: readonly string[]; details?: Json } = {},
): FailedWorkflow {
  return { kind: 'failed', fault: { code, nodes: nodes.filter((id) => id !== '') }, reason, details };
}

/**
 * Returns why a graph was not taken, or not all of it. The server tells three cases apart by what it leaves out: 200 with
 * errors of nodes (it runs the rest), 400 with errors of nodes or a reason, and 400, or anything else, with neither.
 */
export function refusal(status: number, answer: JsonObject): FailedWorkflow {
  const details = redacted(answer);
  const nodes = nodesRefused(answer);
  if (status === 200)
    return failed('WORKFLOW_PARTLY_REFUSED', `Only a part of it would run: ${refusalReason(answer)}`, {
      nodes,
      details,
    });
  const error = objectOf(answer['error']);
  if (answer['error'] === undefined)
    return failed('WORKFLOW_REFUSED_SILENTLY', `The server refused the graph: it answers ${status}`, { details });
  const isSilent =
    nodes.length === 0 && error['type'] === 'prompt_outputs_failed_validation' && textOf(error['details']) === '';
  // A circle of links is refused so; one that nodes make as they run is not.
  const where = isSilent ? ' (it names no node: look for links that go in a circle)' : '';
  return failed(isSilent ? 'WORKFLOW_REFUSED_SILENTLY' : 'WORKFLOW_REFUSED', `${refusalReason(answer)}${where}`, {
    nodes,
    details,
  });
}

/** Returns one sentence for a refused graph, or one that was accepted in part only. */
export function refusalReason(answer: JsonObject): string {
  const nodes = Object.entries(objectOf(answer['node_errors']));
  const first = nodes[0];
  if (first === undefined) return `The server refused the graph: ${sentence(objectOf(answer['error']))}`;
  const [id, node] = [first[0], objectOf(first[1])];
  const error = objectOf(listOf(node['errors'])[0]);
  const more = nodes.length > 1 ? ` (and ${nodes.length - 1} more nodes)` : '';
  return `${nodeName(textOf(node['class_type']), id)} was refused: ${sentence(error)}${more}`;
}

/** A graph that is refused before its nodes are looked at names one node in a sentence only. */
function nodesRefused(answer: JsonObject): readonly string[] {
  const ids = Object.keys(objectOf(answer['node_errors']));
  if (ids.length > 0) return ids.slice(0, maxNodes);
  const named = /^Node ID '#(.{1,60})'$/.exec(textOf(objectOf(answer['error'])['details']))?.[1];
  return named === undefined ? [] : [named];
}

function nodeName(type: string, id: string): string {
  return `${type === '' ? 'A node' : type} (node ${id === '' ? '?' : id})`;
}

function sentence(error: JsonObject): string {
  const message = firstLine(textOf(error['message'])) || textOf(error['type']) || 'no reason given';
  const details = firstLine(textOf(error['details']));
  return details === '' ? message : `${message.replace(/[.:]$/, '')}: ${details}`;
}

function firstLine(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
