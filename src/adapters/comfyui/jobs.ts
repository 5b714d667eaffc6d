import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { call, listOf, objectOf, parseJson } from './http.ts';

/**
 * What a server with jobs says of a prompt: `{ id, status, execution_error, outputs, … }`, `status` being `pending`, `in_progress`,
 * `completed`, `failed` or `cancelled`. `none`: it knows no such prompt. `no jobs`: it has no such route, after all.
 */
export type FoundJob =
  | { readonly kind: 'job'; readonly job: JsonObject }
  | { readonly kind: 'none' }
  | { readonly kind: 'no jobs' };

/** Jobs are there below `/api` only, and not before 0.8. */
export async function hasJobs(baseUrl: string): Promise<boolean> {
  const { status, bytes } = await call(baseUrl, '/api/jobs?limit=1', { timeoutMs: 5_000 });
  return status === 200 && Array.isArray(objectOf(parseJson(bytes))['jobs']);
}

export async function findJob(baseUrl: string, promptId: string): Promise<FoundJob> {
  const { status, bytes } = await call(baseUrl, `/api/jobs/${encodeURIComponent(promptId)}`);
  const told = objectOf(parseJson(bytes));
  if (status === 200 && told['id'] === promptId) return { kind: 'job', job: told };
  // A route that is not there answers with text; one that is there says what it did not find.
  if (status === 404 && told['error'] !== undefined) return { kind: 'none' };
  if (status === 404 || status === 405) return { kind: 'no jobs' };
  throw new Fault('INSTANCE_UNHEALTHY', `The service at ${baseUrl} answers ${status} when it is asked for a prompt.`);
}

/** Jobs that ended, the newest first; undefined where there is no such route. */
export async function endedJobs(baseUrl: string, limit: number): Promise<readonly JsonObject[] | undefined> {
  const asked = `sort_by=created_at&sort_order=desc&limit=${limit}`;
  let answer = await call(baseUrl, `/api/jobs?status=completed,failed,cancelled&${asked}`);
  // The first servers with jobs know no cancelled ones, and refuse the word.
  if (answer.status === 400) answer = await call(baseUrl, `/api/jobs?status=completed,failed&${asked}`);
  const jobs = objectOf(parseJson(answer.bytes))['jobs'];
  return answer.status === 200 && Array.isArray(jobs) ? listOf(jobs).map(objectOf) : undefined;
}
