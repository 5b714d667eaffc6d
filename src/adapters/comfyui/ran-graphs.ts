import type { Json } from '../../base/json.ts';
import type { RanGraph } from '../../ports/service-client.ts';
import { callJson, listOf, objectOf } from './http.ts';

/** Reads the newest prompts of the server's history, oldest first. An entry without a graph, or without a time, is left out. */
export async function loadRanGraphs(
  baseUrl: string,
  { most }: { readonly most: number },
): Promise<readonly RanGraph[]> {
  const told = objectOf(await callJson(baseUrl, `/api/history?max_items=${Math.max(1, Math.floor(most))}`));
  return Object.entries(told)
    .flatMap(([promptId, entry]) => ranGraphOf(promptId, entry) ?? [])
    .toSorted((a, b) => a.endedAtMs - b.endedAtMs);
}

function ranGraphOf(promptId: string, entry: Json | undefined): RanGraph | undefined {
  const { prompt, status } = objectOf(entry);
  const graph = objectOf(listOf(prompt)[2]);
  const times = new Map<Json | undefined, number>();
  for (const message of listOf(objectOf(status)['messages'])) {
    const [type, data] = listOf(message);
    const atMs = objectOf(data)['timestamp'];
    if (typeof atMs === 'number' && Number.isFinite(atMs)) times.set(type, atMs);
  }
  const beganAtMs = times.get('execution_start');
  // An old server gives an error no time of its own.
  const endedAtMs =
    times.get('execution_success') ?? times.get('execution_error') ?? times.get('execution_interrupted');
  const atMs = endedAtMs ?? Math.max(...times.values());
  if (Object.keys(graph).length === 0 || !Number.isFinite(atMs)) return undefined;
  const durationMs = beganAtMs === undefined || endedAtMs === undefined ? null : Math.max(0, endedAtMs - beganAtMs);
  return { promptId, graph, endedAtMs: atMs, durationMs, isSuccess: objectOf(status)['status_str'] === 'success' };
}
