import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Cancelled } from '../../ports/service-client.ts';
import type { Clock } from '../../ports/system.ts';
import { call, objectOf, textOf } from './http.ts';
import { interrupt, loadQueue, unqueue } from './prompt-queue.ts';

const lookEveryMs = 100;
/** A stop takes effect between two steps of a node: what takes longer to hear it is left to stop by itself. */
const maxLooks = 30;

/**
 * Takes exactly this prompt back, waiting or running, and never another one; returns once it is off the queue, or after
 * 3 s. A server that has jobs does it in one call. Else it is deleted while it waits, and stopped only while it is what
 * runs: it may begin in between, so it is looked for until it is gone. A server that does not answer runs nothing that
 * could be taken back.
 */
export const cancelPrompt = (clock: Clock, baseUrl: string, promptId: string): Promise<void> =>
  unlessSilent(async () => {
    const isTold = await cancelJob(baseUrl, promptId);
    for (let nLooks = 0; nLooks < maxLooks; nLooks += 1) {
      if (nLooks > 0) await clock.sleep(lookEveryMs);
      const { active, pending } = await loadQueue(baseUrl);
      const has = (list: readonly JsonObject[]): boolean => list.some((one) => one['prompt_id'] === promptId);
      if (!has(active) && !has(pending)) return;
      if (isTold) continue;
      if (has(pending)) await unqueue(baseUrl, [promptId]);
      else await interrupt(baseUrl, promptId);
    }
  });

/** The same, for a prompt of somebody else: tells where it was. Fault: `INSTANCE_UNHEALTHY` when the server does not answer at first. */
export async function cancelNamed(clock: Clock, baseUrl: string, promptId: string): Promise<Cancelled> {
  const was = await placeOf(baseUrl, promptId);
  if (was === 'absent') return was;
  await cancelPrompt(clock, baseUrl, promptId);
  return (await placeOf(baseUrl, promptId)) === 'absent' ? was : 'stays';
}

async function placeOf(baseUrl: string, promptId: string): Promise<'running' | 'waiting' | 'absent'> {
  const { active, pending } = await loadQueue(baseUrl);
  const has = (list: readonly JsonObject[]): boolean => list.some((one) => one['prompt_id'] === promptId);
  return has(active) ? 'running' : has(pending) ? 'waiting' : 'absent';
}

/** Takes back what an earlier call under the same tag left on the queue when its process was killed. */
export const cancelLeftOver = (clock: Clock, baseUrl: string, tag: string): Promise<void> =>
  unlessSilent(async () => {
    const { active, pending } = await loadQueue(baseUrl);
    for (const one of [...pending, ...active])
      if (textOf(objectOf(one['extra_data'])['client_id']).startsWith(`${tag}.`))
        await cancelPrompt(clock, baseUrl, textOf(one['prompt_id']));
  });

/** Returns whether the server has jobs and took the call: older ones answer 404 or 405, whatever version they tell. */
async function cancelJob(baseUrl: string, promptId: string): Promise<boolean> {
  const path = `/api/jobs/${encodeURIComponent(promptId)}/cancel`;
  return (await call(baseUrl, path, { body: {} })).status === 200;
}

async function unlessSilent(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'INSTANCE_UNHEALTHY') throw error;
  }
}
