import type { JsonObject } from '../../base/json.ts';
import type { WorkflowProgress } from '../../ports/service-client.ts';
import type { BinaryFrame } from './binary-frames.ts';
import type { ServerEvent } from './event-stream.ts';
import { listOf, objectOf, textOf } from './http.ts';

export interface ProgressKeeper {
  /** An event of the prompt that is followed. */
  take(event: ServerEvent): void;
  takeBinary(frame: BinaryFrame): void;
}

/**
 * Keeps how far a prompt is, from what the server says of it, and tells each change. Older servers tell the steps of the node
 * that runs, newer ones the state of all nodes; what they tell twice is told once.
 */
export function createProgress(graph: JsonObject, tell: (progress: WorkflowProgress) => void): ProgressKeeper {
  const nNodes = Object.keys(graph).length;
  const done = new Set<string>();
  let node: string | null = null;
  let steps: { value: number; max: number } | null = null;
  let text: string | null = null;
  let nPreviews = 0;
  let last = '';
  return {
    take({ type, data }) {
      if (type === 'execution_cached') for (const id of listOf(data['nodes'])) done.add(textOf(id));
      else if (type === 'executing') begin(textOf(data['node']) || null);
      else if (type === 'progress') step(textOf(data['node']), data);
      else if (type === 'progress_state')
        for (const [id, told] of Object.entries(objectOf(data['nodes']))) takeState(id, objectOf(told));
      else return;
      say();
    },
    takeBinary(frame) {
      if (frame.kind === 'preview') nPreviews += 1;
      else if (frame.kind === 'text') text = frame.text;
      else return;
      say();
    },
  };

  function begin(id: string | null): void {
    if (id === node) return;
    if (node !== null) done.add(node);
    [node, steps, text] = [id, null, null];
  }

  function takeState(id: string, told: JsonObject): void {
    if (told['state'] === 'finished') done.add(id);
    if (told['state'] === 'running' && id === node) step(id, told);
  }

  function step(id: string, { value, max }: JsonObject): void {
    if (id !== node || typeof value !== 'number' || typeof max !== 'number' || !(max > 1)) return;
    steps = { value: Math.min(Math.max(0, value), max), max };
  }

  function say(): void {
    const nDone = Math.min(done.size, nNodes);
    const part = steps === null || node === null || done.has(node) ? 0 : steps.value / steps.max;
    const told: WorkflowProgress = {
      node,
      nodeClass: node === null ? null : textOf(objectOf(graph[node])['class_type']) || null,
      steps,
      nDone,
      nNodes,
      percent: nNodes === 0 ? 0 : Math.min(100, Math.floor((100 * (nDone + part)) / nNodes)),
      text,
      nPreviews,
    };
    const now = JSON.stringify(told);
    if (now === last) return;
    last = now;
    tell(told);
  }
}
