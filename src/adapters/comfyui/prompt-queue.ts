import { Fault } from '../../base/fault.ts';
import type { Json, JsonObject } from '../../base/json.ts';
import type { QueueState, Requeued } from '../../ports/service-client.ts';
import { refusalReason } from './failure-reason.ts';
import { call, callJson, listOf, objectOf, parseJson, textOf } from './http.ts';

/** Reads the queue; what waits comes in the order in which the server would run it. */
export async function loadQueue(baseUrl: string, options: { timeoutMs?: number } = {}): Promise<QueueState> {
  const queue = objectOf(await callJson(baseUrl, '/api/queue', options));
  // Another program's answer has neither: it must not pass for an empty queue.
  if (!Array.isArray(queue['queue_running']) || !Array.isArray(queue['queue_pending']))
    throw new Fault('INSTANCE_UNHEALTHY', `The service at ${baseUrl} does not answer with a queue.`);
  const active = listOf(queue['queue_running']).map(savedPrompt);
  const pending = listOf(queue['queue_pending']).map(savedPrompt);
  return {
    running: active.length,
    active,
    pending: pending.toSorted((a, b) => Number(a['number']) - Number(b['number'])),
  };
}

function savedPrompt(item: Json): JsonObject {
  const [number, promptId, prompt, extraData, outputs] = listOf(item);
  return {
    number: number ?? 0,
    prompt_id: promptId ?? '',
    prompt: prompt ?? {},
    extra_data: extraData ?? {},
    outputs: outputs ?? [],
  };
}

/** Posts saved prompts again. Each keeps its id where the server takes it, so that who waits for it finds it. */
export async function requeue(baseUrl: string, pending: readonly JsonObject[]): Promise<readonly Requeued[]> {
  const outcomes: Requeued[] = [];
  for (const saved of pending) {
    const extraData = objectOf(saved['extra_data']);
    const clientId = extraData['client_id'];
    const body: JsonObject = {
      prompt: saved['prompt'] ?? {},
      extra_data: extraData,
      ...(typeof clientId === 'string' ? { client_id: clientId } : {}),
      ...(listOf(saved['outputs']).length > 0 ? { partial_execution_targets: listOf(saved['outputs']) } : {}),
    };
    outcomes.push(await post(baseUrl, textOf(saved['prompt_id']), body));
  }
  return outcomes;
}

async function post(baseUrl: string, promptId: string, withoutId: JsonObject): Promise<Requeued> {
  let answer = await call(baseUrl, '/api/prompt', { body: { ...withoutId, prompt_id: promptId } });
  const refused = objectOf(objectOf(parseJson(answer.bytes))['error']);
  if (answer.status !== 200 && refused['type'] === 'invalid_prompt_id')
    answer = await call(baseUrl, '/api/prompt', { body: withoutId });
  const told = objectOf(parseJson(answer.bytes));
  const hasReason = told['error'] !== undefined || Object.keys(objectOf(told['node_errors'])).length > 0;
  if (answer.status === 200 && !hasReason) return { kind: 'accepted', promptId };
  const reason = hasReason ? refusalReason(told) : `it answers ${answer.status}`;
  return { kind: answer.status === 200 ? 'partly' : 'refused', promptId, reason };
}

export async function unqueue(baseUrl: string, promptIds: readonly string[]): Promise<void> {
  if (promptIds.length > 0) await post200(baseUrl, '/api/queue', { delete: [...promptIds] });
}

/** With an empty id, and on an old server with any id, it would stop whatever runs: so what runs is looked at first. */
export async function interrupt(baseUrl: string, promptId: string): Promise<void> {
  if (promptId === '') throw new Error('a prompt is interrupted by its id only');
  const { active } = await loadQueue(baseUrl);
  if (!active.some((one) => one['prompt_id'] === promptId)) return;
  await post200(baseUrl, '/api/interrupt', { prompt_id: promptId });
}

export const freeModels = (baseUrl: string): Promise<void> =>
  post200(baseUrl, '/api/free', { unload_models: true, free_memory: true });

async function post200(baseUrl: string, path: string, body: JsonObject): Promise<void> {
  const { status } = await call(baseUrl, path, { body });
  if (status !== 200) throw new Fault('INSTANCE_UNHEALTHY', `The service at ${baseUrl} answers ${status} to ${path}.`);
}
