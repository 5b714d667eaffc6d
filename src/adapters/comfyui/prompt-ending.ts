import type { JsonObject } from '../../base/json.ts';
import type { PromptEnding } from '../../ports/service-client.ts';
import type { Abilities } from './abilities.ts';
import { executionReason } from './failure-reason.ts';
import { callJson, listOf, objectOf } from './http.ts';
import { findJob } from './jobs.ts';

/**
 * Returns how a prompt ended: by jobs where the server has them, else from its history. One that waits or runs is `unknown`.
 * Fault: `INSTANCE_UNHEALTHY`.
 */
export async function loadEnding(abilities: Abilities, baseUrl: string, promptId: string): Promise<PromptEnding> {
  if (!(await abilities.of(baseUrl)).jobs) return endingInHistory(baseUrl, promptId);
  const found = await findJob(baseUrl, promptId);
  if (found.kind === 'none') return { kind: 'unknown' };
  return (found.kind === 'job' && endingOfJob(found.job)) || endingInHistory(baseUrl, promptId);
}

/** Undefined where the job does not tell: an older server calls an interrupted one failed, without an error. */
export function endingOfJob(job: JsonObject): PromptEnding | undefined {
  const { status } = job;
  if (status === 'completed') return { kind: 'finished' };
  if (status === 'cancelled') return { kind: 'interrupted' };
  if (status === 'pending' || status === 'in_progress') return { kind: 'unknown' };
  const error = objectOf(job['execution_error']);
  return Object.keys(error).length === 0 ? undefined : { kind: 'failed', reason: executionReason(error) };
}

export async function endingInHistory(baseUrl: string, promptId: string): Promise<PromptEnding> {
  const found = objectOf(await callJson(baseUrl, `/api/history/${encodeURIComponent(promptId)}`));
  const entry = found[promptId];
  return entry === undefined ? { kind: 'unknown' } : endingOfEntry(objectOf(entry));
}

/** An interrupted prompt is an error with a message of its own. */
export function endingOfEntry(entry: JsonObject): PromptEnding {
  const status = objectOf(entry['status']);
  const messages = listOf(status['messages']).map((one) => listOf(one));
  if (messages.some(([type]) => type === 'execution_interrupted')) return { kind: 'interrupted' };
  if (status['status_str'] === 'success') return { kind: 'finished' };
  const failed = messages.find(([type]) => type === 'execution_error');
  return { kind: 'failed', reason: failed ? executionReason(objectOf(failed[1])) : 'it ended without a success' };
}
