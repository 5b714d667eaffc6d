import { randomUUID } from 'node:crypto';

import type { JsonObject } from '../../base/json.ts';
import type { WorkflowOptions, WorkflowOutcome } from '../../ports/service-client.ts';
import type { Clock } from '../../ports/system.ts';
import type { Abilities } from './abilities.ts';
import { cancelLeftOver, cancelPrompt } from './cancel-prompt.ts';
import { openEvents } from './event-stream.ts';
import { failed, type FailedWorkflow, redacted, refusal } from './failure-reason.ts';
import { fetchPictures, PictureError } from './fetch-pictures.ts';
import { createFollower, followPrompt } from './follow-prompt.ts';
import { freshGraph, tagOf } from './fresh-graph.ts';
import { call, objectOf, parseJson, textOf } from './http.ts';
import { createSentPictures } from './sent-pictures.ts';
import { createProgress } from './workflow-progress.ts';

/** A server that was not told so sends previews without the node that they are of. */
const asksForMetadata: JsonObject = { type: 'feature_flags', data: { supports_preview_metadata: true } };

/**
 * Runs one workflow to its end. The socket is connected before the prompt is posted, because the
 * server tells a prompt's events only to the socket that posted it. However the call ends, its prompt is not left on the
 * server: not after its time, not when the signal aborts, not when it was taken in part. What a killed call of the same
 * nonce left there is taken back first.
 */
export async function runWorkflow(
  { clock, abilities }: { readonly clock: Clock; readonly abilities: Abilities },
  baseUrl: string,
  graph: JsonObject,
  options: WorkflowOptions,
): Promise<WorkflowOutcome> {
  const { nonce, timeoutMs, signal, onProgress } = options;
  signal.throwIfAborted();
  const startedMs = clock.monotonicMs();
  const tag = tagOf(nonce);
  const clientId = `${tag}.${randomUUID()}`;
  const promptId = randomUUID();
  await cancelLeftOver(clock, baseUrl, tag);
  const sent = createSentPictures(graph);
  const follower = createFollower(promptId, { progress: onProgress && createProgress(graph, onProgress), sent });
  const can = await abilities.of(baseUrl);
  const events = await openEvents(
    baseUrl,
    clientId,
    { event: follower.take, binary: follower.takeBinary, closed: follower.wake },
    { ...(can.previewMetadata ? { hello: asksForMetadata } : {}), maxBytes: sent.maxBytes },
  );
  /** What the server may have of us. */
  let left: string | undefined;
  try {
    signal.throwIfAborted();
    left = promptId;
    const posted = await post(baseUrl, { prompt: freshGraph(graph, nonce), client_id: clientId, prompt_id: promptId });
    left = posted.promptId;
    if (posted.refusal !== undefined) return posted.refusal;
    const leftMs = timeoutMs - (clock.monotonicMs() - startedMs);
    const end = await followPrompt({
      abilities,
      baseUrl,
      promptId,
      follower,
      events,
      clock,
      timeoutMs: leftMs,
      signal,
    });
    if (end === undefined) {
      const reason = `The workflow did not finish in ${timeoutMs / 1000} s`;
      return failed('WORKFLOW_TIMEOUT', reason, { details: { promptId } });
    }
    left = undefined;
    if (end.kind === 'failed') return end;
    const durationMs = clock.monotonicMs() - startedMs;
    const saved = await fetchPictures(baseUrl, { ...follower.outputs, ...end.outputs });
    const pictures = [...saved, ...sent.decoded()];
    return { kind: 'ran', promptId, durationMs, pictures, nFrames: follower.nFrames() + events.nBinary() };
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    return failed('WORKFLOW_PICTURE_UNREADABLE', error.message, { details: { promptId } });
  } finally {
    if (left !== undefined) await cancelPrompt(clock, baseUrl, left);
    events.close();
  }
}

/** `promptId`: of the prompt that the server has now, also where it refused a part of it; undefined when it has none. */
async function post(
  baseUrl: string,
  body: { readonly prompt: JsonObject; readonly client_id: string; readonly prompt_id: string },
): Promise<{ readonly promptId: string | undefined; readonly refusal: FailedWorkflow | undefined }> {
  const { status, bytes } = await call(baseUrl, '/api/prompt', { body });
  const answer = objectOf(parseJson(bytes));
  if (status !== 200) return { promptId: undefined, refusal: refusal(status, answer) };
  const promptId = textOf(answer['prompt_id']) || undefined;
  const isWhole = Object.keys(objectOf(answer['node_errors'])).length === 0;
  if (!isWhole) return { promptId, refusal: refusal(status, answer) };
  if (promptId === body.prompt_id) return { promptId, refusal: undefined };
  const details = redacted(answer);
  return { promptId, refusal: failed('WORKFLOW_REFUSED', 'The server did not take the id of the prompt', { details }) };
}
