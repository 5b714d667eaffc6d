import type { Json, JsonObject } from '../../base/json.ts';
import type { EndedPrompt, PromptEnding, ServiceClient } from '../../ports/service-client.ts';
import type { Abilities } from './abilities.ts';
import { callJson, listOf, objectOf, textOf } from './http.ts';
import { endedJobs } from './jobs.ts';
import { endingInHistory, endingOfEntry, endingOfJob } from './prompt-ending.ts';

/** Prompts that ended, the newest first: by jobs where the server has them, else from its history. */
export async function loadEnded(
  abilities: Abilities,
  baseUrl: string,
  { limit }: { readonly limit: number },
): ReturnType<ServiceClient['ended']> {
  const jobs = (await abilities.of(baseUrl)).jobs ? await endedJobs(baseUrl, limit) : undefined;
  if (jobs !== undefined)
    return { by: 'jobs', prompts: await Promise.all(jobs.slice(0, limit).map((job) => ofJob(baseUrl, job))) };
  const history = objectOf(await callJson(baseUrl, `/api/history?max_items=${limit}`));
  const entries = Object.entries(history).map(([promptId, entry]) => ofEntry(promptId, objectOf(entry)));
  return { by: 'history', prompts: entries.toReversed().slice(0, limit) };
}

async function ofJob(baseUrl: string, job: JsonObject): Promise<EndedPrompt> {
  const promptId = textOf(job['id']);
  const [start, end] = [numberOf(job['execution_start_time']), numberOf(job['execution_end_time'])];
  return {
    promptId,
    ...stateOf(endingOfJob(job) ?? (await endingInHistory(baseUrl, promptId))),
    startedAtMs: start,
    durationMs: start === null || end === null ? null : end - start,
    nOutputs: numberOf(job['outputs_count']) ?? 0,
    picture: pictureOf(job['preview_output']),
  };
}

/** When it began and ended stands in its messages. */
function ofEntry(promptId: string, entry: JsonObject): EndedPrompt {
  const messages = listOf(objectOf(entry['status'])['messages']).map((one) => objectOf(listOf(one)[1]));
  const [start, end] = [numberOf(messages[0]?.['timestamp']), numberOf(messages.at(-1)?.['timestamp'])];
  const items = Object.values(objectOf(entry['outputs'])).flatMap((output) =>
    Object.values(objectOf(output)).flatMap((list) =>
      listOf(list).filter((item) => textOf(objectOf(item)['filename'])),
    ),
  );
  const saved = items.find((item) => objectOf(item)['type'] === 'output') ?? items[0];
  return {
    promptId,
    ...stateOf(endingOfEntry(entry)),
    startedAtMs: start,
    durationMs: start === null || end === null ? null : end - start,
    nOutputs: items.length,
    picture: pictureOf(saved),
  };
}

const stateOf = (ending: PromptEnding): Pick<EndedPrompt, 'state' | 'reason'> =>
  ending.kind === 'failed'
    ? { state: 'failed', reason: ending.reason }
    : { state: ending.kind === 'interrupted' ? 'interrupted' : 'finished', reason: null };

function pictureOf(item: Json | undefined): string | null {
  const { subfolder, filename } = objectOf(item);
  const name = textOf(filename);
  return name === '' ? null : [textOf(subfolder), name].filter((part) => part !== '').join('/');
}

const numberOf = (value: Json | undefined): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
