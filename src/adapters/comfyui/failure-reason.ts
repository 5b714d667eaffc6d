import type { Json, JsonObject } from '../../base/json.ts';
import { listOf, objectOf, textOf } from './http.ts';

/** Keys that may hold prompts, keys and pictures of the person. */
const secretKeys = new Set(['current_inputs', 'current_outputs', 'extra_data', 'prompt']);
const maxTextChars = 2000;

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

/** Returns one sentence for a refused graph, or one that was accepted in part only. */
export function refusalReason(answer: JsonObject): string {
  const nodes = Object.entries(objectOf(answer['node_errors']));
  const first = nodes[0];
  if (first !== undefined) {
    const [id, node] = [first[0], objectOf(first[1])];
    const error = objectOf(listOf(node['errors'])[0]);
    const more = nodes.length > 1 ? ` (and ${nodes.length - 1} more nodes)` : '';
    return `${nodeName(textOf(node['class_type']), id)} was refused: ${sentence(error)}${more}`;
  }
  const error = objectOf(answer['error']);
  const said = sentence(error);
  // The server gives no hint at all for this one.
  const isSilent = error['type'] === 'prompt_outputs_failed_validation' && textOf(error['details']) === '';
  return `The server refused the graph: ${said}${isSilent ? ' (it names no node: look for links that go in a circle)' : ''}`;
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
