import { randomUUID } from 'node:crypto';

import type { JsonObject } from '../../base/json.ts';
import type { WorkflowOutcome } from '../../ports/service-client.ts';
import type { Clock } from '../../ports/system.ts';
import { openEvents } from './event-stream.ts';
import { redacted, refusalReason } from './failure-reason.ts';
import { fetchPictures, PictureError } from './fetch-pictures.ts';
import { createFollower, followPrompt } from './follow-prompt.ts';
import { freshGraph } from './fresh-graph.ts';
import { call, objectOf, parseJson, textOf } from './http.ts';

/**
 * Runs one workflow to its end. The socket is connected before the prompt is posted, because the
 * server tells a prompt's events only to the socket that posted it.
 */
export async function runWorkflow(
  clock: Clock,
  baseUrl: string,
  graph: JsonObject,
  options: { timeoutMs: number; nonce: string },
): Promise<WorkflowOutcome> {
  const startedMs = clock.monotonicMs();
  const clientId = randomUUID();
  const promptId = randomUUID();
  const follower = createFollower(promptId);
  const events = await openEvents(baseUrl, clientId, { event: follower.take, closed: follower.wake });
  try {
    const body = { prompt: freshGraph(graph, options.nonce), client_id: clientId, prompt_id: promptId };
    const refusal = await post(baseUrl, promptId, body);
    if (refusal !== undefined) return refusal;
    const leftMs = options.timeoutMs - (clock.monotonicMs() - startedMs);
    const end = await followPrompt({ baseUrl, promptId, follower, events, clock, timeoutMs: leftMs });
    if (end === undefined) {
      await withdraw(baseUrl, promptId);
      return {
        kind: 'failed',
        reason: `The workflow did not finish in ${options.timeoutMs / 1000} s`,
        details: { promptId },
      };
    }
    if (end.kind === 'failed') return end;
    const durationMs = clock.monotonicMs() - startedMs;
    const pictures = await fetchPictures(baseUrl, { ...follower.outputs, ...end.outputs });
    return { kind: 'ran', promptId, durationMs, pictures, nFrames: follower.nFrames() + events.nBinary() };
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    return { kind: 'failed', reason: error.message, details: { promptId } };
  } finally {
    events.close();
  }
}

/** Returns the failure when the server does not accept the whole graph. */
async function post(baseUrl: string, promptId: string, body: JsonObject): Promise<WorkflowOutcome | undefined> {
  const { status, bytes } = await call(baseUrl, '/api/prompt', { body });
  const answer = objectOf(parseJson(bytes));
  const isWhole = Object.keys(objectOf(answer['node_errors'])).length === 0;
  if (status === 200 && isWhole && textOf(answer['prompt_id']) === promptId) return undefined;
  if (status !== 200 && answer['error'] === undefined) {
    return {
      kind: 'failed',
      reason: `The server refused the graph: it answers ${status}`,
      details: bytes.toString('utf8', 0, 500),
    };
  }
  if (status === 200) await withdraw(baseUrl, textOf(answer['prompt_id']));
  if (status === 200 && isWhole)
    return { kind: 'failed', reason: 'The server did not take the id of the prompt', details: redacted(answer) };
  return { kind: 'failed', reason: refusalReason(answer), details: redacted(answer) };
}

/** Takes a prompt back, waiting or running; never one of somebody else. */
async function withdraw(baseUrl: string, promptId: string): Promise<void> {
  try {
    await call(baseUrl, '/api/queue', { body: { delete: [promptId] } });
    await call(baseUrl, '/api/interrupt', { body: { prompt_id: promptId } });
  } catch {
    // The outcome is known already; a server that is gone runs nothing.
  }
}
