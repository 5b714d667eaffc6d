import type { Json, JsonObject } from '../../base/json.ts';
import type { QueueState } from '../../ports/service-client.ts';
import { call, callJson, listOf, objectOf, parseJson } from './http.ts';

/**
 * Reads the queue. A pending prompt is kept as `{ number, prompt_id, prompt, extra_data, outputs }`,
 * in the order in which the server would run them.
 */
export async function loadQueue(baseUrl: string): Promise<QueueState> {
  const queue = objectOf(await callJson(baseUrl, '/api/queue'));
  const pending = listOf(queue['queue_pending']).map(savedPrompt);
  return {
    running: listOf(queue['queue_running']).length,
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
export async function requeue(baseUrl: string, pending: readonly JsonObject[]): Promise<number> {
  let nAccepted = 0;
  for (const saved of pending) {
    const extraData = objectOf(saved['extra_data']);
    const clientId = extraData['client_id'];
    const body: JsonObject = {
      prompt: saved['prompt'] ?? {},
      extra_data: extraData,
      ...(typeof clientId === 'string' ? { client_id: clientId } : {}),
      ...(listOf(saved['outputs']).length > 0 ? { partial_execution_targets: listOf(saved['outputs']) } : {}),
    };
    if (await post(baseUrl, { ...body, prompt_id: saved['prompt_id'] ?? '' }, body)) nAccepted += 1;
  }
  return nAccepted;
}

async function post(baseUrl: string, body: JsonObject, withoutId: JsonObject): Promise<boolean> {
  const answer = await call(baseUrl, '/api/prompt', { body });
  if (answer.status === 200) return true;
  const error = objectOf(objectOf(parseJson(answer.bytes))['error']);
  if (error['type'] !== 'invalid_prompt_id') return false;
  return (await call(baseUrl, '/api/prompt', { body: withoutId })).status === 200;
}
