import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Abilities } from './abilities.ts';
import { executionReason, failed, type FailedWorkflow, redacted } from './failure-reason.ts';
import { callJson, listOf, objectOf, textOf } from './http.ts';
import { findJob } from './jobs.ts';

export type PromptEnd = { readonly kind: 'success'; readonly outputs: JsonObject } | FailedWorkflow;

/** Where a prompt is. `nowhere`: the server does not know it, or does not answer, as `fault` says. */
export type Seen =
  | { readonly kind: 'ended'; readonly end: PromptEnd }
  | { readonly kind: 'queued' }
  | { readonly kind: 'nowhere'; readonly fault: unknown };

interface Asked {
  readonly abilities: Abilities;
  readonly baseUrl: string;
  readonly promptId: string;
}

/** Looks where a prompt is: by jobs in one question where the server has them, else in its history and its queue. */
export async function lookUpPrompt({ abilities, baseUrl, promptId }: Asked): Promise<Seen> {
  try {
    const seen = (await abilities.of(baseUrl)).jobs ? await seenAsJob(baseUrl, promptId) : undefined;
    return seen ?? (await seenInHistory(baseUrl, promptId));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { kind: 'nowhere', fault: error };
  }
}

/** Undefined where the job does not say enough: then the history does. */
async function seenAsJob(baseUrl: string, promptId: string): Promise<Seen | undefined> {
  const found = await findJob(baseUrl, promptId);
  if (found.kind === 'none') return { kind: 'nowhere', fault: undefined };
  if (found.kind === 'no jobs') return undefined;
  const { status, execution_status: told, outputs } = found.job;
  if (status === 'pending' || status === 'in_progress') return { kind: 'queued' };
  if (told === undefined || outputs === undefined) return undefined;
  return { kind: 'ended', end: endOf({ status: told, outputs }) };
}

async function seenInHistory(baseUrl: string, promptId: string): Promise<Seen> {
  const history = objectOf(await callJson(baseUrl, `/api/history/${encodeURIComponent(promptId)}`));
  if (history[promptId] !== undefined) return { kind: 'ended', end: endOf(objectOf(history[promptId])) };
  const queue = objectOf(await callJson(baseUrl, '/api/queue'));
  const items = [...listOf(queue['queue_running']), ...listOf(queue['queue_pending'])];
  return items.some((item) => listOf(item)[1] === promptId)
    ? { kind: 'queued' }
    : { kind: 'nowhere', fault: undefined };
}

function endOf(entry: JsonObject): PromptEnd {
  const status = objectOf(entry['status']);
  for (const message of listOf(status['messages'])) {
    const [type, data] = [textOf(listOf(message)[0]), objectOf(listOf(message)[1])];
    const failure = failureOf(type, data);
    if (failure !== undefined) return failure;
  }
  if (status['status_str'] === 'error')
    return failed('WORKFLOW_NODE_FAILED', 'The server says that the workflow failed, and not why', {
      details: redacted(status),
    });
  return { kind: 'success', outputs: objectOf(entry['outputs']) };
}

/** What an event of the server says of a failure, or undefined. */
export function failureOf(type: string, data: JsonObject): FailedWorkflow | undefined {
  const told = { nodes: [textOf(data['node_id'])], details: redacted(data) };
  if (type === 'execution_error') return failed('WORKFLOW_NODE_FAILED', executionReason(data), told);
  if (type === 'execution_interrupted') return failed('WORKFLOW_INTERRUPTED', 'The workflow was interrupted', told);
  return undefined;
}
