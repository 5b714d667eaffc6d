import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import { judgeRetry, markFirst, markPrompts, stoppedPrompts } from '../../domain/services/retry.ts';
import type { Requeued } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';
import { wasCancelled } from './cancelled.ts';
import { baseUrl, composedInstance } from './start.ts';

/** What production left behind when it was about to stop. */
export interface KeptQueue {
  readonly nPrompts: number;
  /** When it answered for the last time, in milliseconds since 1970; null: it did not answer at all. */
  readonly lastAnswerAtMs: number | null;
}

/** How often a prompt that is waited for is asked about. */
const askEveryMs = 250;
/** An interrupt takes effect between two nodes; one node is given this long. */
const interruptMs = 10_000;

const queueDir = (engine: Pick<Engine, 'paths'>): string => `${engine.paths.state}/queues`;
/** Where prompts of an instance wait for the next one. */
export const queueFile = (engine: Pick<Engine, 'paths'>, instance: string): string =>
  `${queueDir(engine)}/${instance}.json`;

/** Where prompts lie that are not queued again: no start reads it. */
const givenUpFile = (engine: Engine, instance: string): string => `${queueDir(engine)}/${instance}.given-up.json`;

/** Instances whose prompts wait in a file, oldest first. */
export async function savedQueues(engine: Engine): Promise<readonly string[]> {
  const names = await engine.outside.files.list(queueDir(engine));
  return names
    .flatMap((name) => /^(i\d+)\.json$/.exec(name)?.[1] ?? [])
    .toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
}

/** What the newest stop of the instance kept, from its row. */
export const keptQueue = (engine: Engine, instance: string): KeptQueue =>
  dataOf('queue.kept', engine.ledger.latest(`queue:${instance}`)) ?? { nPrompts: 0, lastAnswerAtMs: null };

interface Keeping {
  /** How long the running prompt may take, from the beginning. */
  readonly limit: { ms: number };
  readonly kept: Promise<KeptQueue>;
}

/** Queues that are being taken off their servers, by instance. */
const keeping = new WeakMap<Engine, Map<string, Keeping>>();

const isKeeping = (engine: Engine, instance: string): boolean => keeping.get(engine)?.has(instance) === true;

/**
 * Takes the waiting prompts off the queue and into a file, and lets the running one end: up to the limit, then it is
 * interrupted and is the first in the file. Prompts may hold keys of paid services: the row `queue.kept` has their number
 * and digest only. A repeat goes on with the file; a server that does not answer has no queue. Who asks while another is at it
 * shares what that one keeps, by the shorter limit: two would write over each other.
 */
export function keepQueue(
  engine: Engine,
  { instance, limitMs, run }: { instance: string; limitMs: number; run: string | null },
): Promise<KeptQueue> {
  const atIt = keeping.get(engine) ?? new Map<string, Keeping>();
  keeping.set(engine, atIt);
  const known = atIt.get(instance);
  if (known !== undefined) {
    known.limit.ms = Math.min(known.limit.ms, limitMs);
    return known.kept;
  }
  const limit = { ms: limitMs };
  const kept = takeOff(engine, { instance, run, limit }).finally(() => atIt.delete(instance));
  atIt.set(instance, { limit, kept });
  return kept;
}

async function takeOff(
  engine: Engine,
  options: { instance: string; run: string | null; limit: { readonly ms: number } },
): Promise<KeptQueue> {
  const { instance, run, limit } = options;
  const { clock, digest, service, files } = engine.outside;
  const url = baseUrl(composedInstance(engine, instance).port);
  const before = dataOf('queue.kept', engine.ledger.latest(`queue:${instance}`));
  const saved = stoppedPrompts(await readPrompts(engine, instance));
  // What an earlier call took off the queue is not on it any more; of a copy it is what a person took off since.
  let isCopy = before === undefined;
  let lastAnswerAtMs: number | null = null;
  const startedMs = clock.monotonicMs();
  const awaited = new Map<string, number>();
  let interruptedMs: number | null = null;
  const write = async (): Promise<void> => {
    await files.ensureDir(queueDir(engine), { mode: 0o700 });
    await files.writeAtomic(queueFile(engine, instance), JSON.stringify(saved.map(takenOff)), { mode: 0o600 });
  };
  try {
    for (;;) {
      const { active, pending } = await service.queue(url);
      lastAnswerAtMs = clock.nowMs();
      if (isCopy) forgetGone(saved, [...active, ...pending]);
      const known = new Set(saved.map(idOf));
      const fresh = pending.filter((one) => !known.has(idOf(one)));
      saved.push(...fresh);
      // Before anything is taken off: what is marked is not looked for on the server again.
      if (fresh.length > 0 || (isCopy && saved.length > 0)) await write();
      isCopy = false;
      await service.unqueue(url, pending.map(idOf));
      await recordEnded(engine, { instance, run, awaited, active: new Set(active.map(idOf)) });
      if (active.length === 0 && pending.length === 0) break;
      const nowMs = clock.monotonicMs();
      if (nowMs - startedMs >= limit.ms && interruptedMs === null) {
        interruptedMs = nowMs;
        saved.unshift(...active.filter((one) => !known.has(idOf(one))));
        await write();
        for (const one of active) await service.interrupt(url, idOf(one));
      }
      if (interruptedMs !== null && nowMs - interruptedMs >= interruptMs) break;
      for (const one of active) {
        if (awaited.has(idOf(one))) continue;
        awaited.set(idOf(one), nowMs);
        const data = { instance, promptId: idOf(one), limitMs: limit.ms };
        await engine.ledger.append([row('prompt.awaited', data, { run, keys: [`prompt:${instance}`] })]);
      }
      await clock.sleep(askEveryMs);
    }
    // A prompt that began before it was taken off the queue has run: it must not run again, and neither must one that was cancelled.
    for (const one of [...saved]) {
      const { kind } = await service.history(url, idOf(one));
      if (kind === 'finished' || kind === 'failed' || wasCancelled(engine, idOf(one)))
        saved.splice(saved.indexOf(one), 1);
    }
    lastAnswerAtMs = clock.nowMs();
  } catch (error) {
    // A server that is gone has no queue that could be saved; it is stopped all the same.
    if (!(error instanceof Fault) || error.code !== 'INSTANCE_UNHEALTHY') throw error;
  }
  await writeCopy(engine, instance, saved.map(withoutMark));
  const kept = {
    nPrompts: saved.length,
    digest: digest.sha256(JSON.stringify(saved.map(withoutMark))),
    lastAnswerAtMs: lastAnswerAtMs ?? before?.lastAnswerAtMs ?? null,
  };
  await engine.ledger.append([row('queue.kept', { instance, ...kept }, { run, keys: [`queue:${instance}`] })]);
  return kept;
}

/**
 * Copies what the server has to do, the running prompt first, into the instance's file and takes nothing off its queue:
 * a server that dies takes its queue with it. One that does not answer leaves the copy as it was. Returns how many prompts
 * run on it; undefined when it does not answer.
 */
export async function copyQueue(engine: Engine, instance: string): Promise<number | undefined> {
  const { service } = engine.outside;
  try {
    const { active, pending } = await service.queue(baseUrl(composedInstance(engine, instance).port));
    const known = await readPrompts(engine, instance);
    // What is taken off its queue is in the file already, and not on the server any more.
    if (isKeeping(engine, instance)) return active.length;
    await writeCopy(engine, instance, markPrompts({ active, pending }, known));
    return active.length;
  } catch (error) {
    if (error instanceof Fault && error.code === 'INSTANCE_UNHEALTHY') return undefined;
    throw error;
  }
}

/** Prompts that run and how many wait; undefined: the server does not answer within the time. */
export async function loadWork(
  engine: Engine,
  instance: string,
  timeoutMs: number,
): Promise<{ readonly running: readonly string[]; readonly nWaiting: number } | undefined> {
  try {
    const url = baseUrl(composedInstance(engine, instance).port);
    const { active, pending } = await engine.outside.service.queue(url, { timeoutMs });
    return { running: active.map(idOf), nWaiting: pending.length };
  } catch (error) {
    if (error instanceof Fault && error.code === 'INSTANCE_UNHEALTHY') return undefined;
    throw error;
  }
}

/** Removes the copy: the server has its queue and lives on. */
export const forgetCopy = (engine: Engine, instance: string): Promise<void> =>
  engine.outside.files.remove(queueFile(engine, instance));

async function writeCopy(engine: Engine, instance: string, prompts: readonly JsonObject[]): Promise<void> {
  const { files } = engine.outside;
  const text = JSON.stringify(prompts);
  if (prompts.length === 0) return files.remove(queueFile(engine, instance));
  if ((await files.readText(queueFile(engine, instance))) === text) return;
  await files.ensureDir(queueDir(engine), { mode: 0o700 });
  await files.writeAtomic(queueFile(engine, instance), text, { mode: 0o600 });
}

/** The mark is ours: it is in the file while prompts are taken off, and no longer. */
const takenOff = (prompt: JsonObject): JsonObject => ({ ...prompt, taken: true });
const withoutMark = (prompt: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(prompt).filter(([name]) => name !== 'taken'));

function forgetGone(saved: JsonObject[], there: readonly JsonObject[]): void {
  const ids = new Set(there.map(idOf));
  for (const one of [...saved]) if (one['taken'] !== true && !ids.has(idOf(one))) saved.splice(saved.indexOf(one), 1);
}

const idOf = (prompt: JsonObject): string => (typeof prompt['prompt_id'] === 'string' ? prompt['prompt_id'] : '');

async function readPrompts(engine: Engine, instance: string): Promise<JsonObject[]> {
  const text = await engine.outside.files.readText(queueFile(engine, instance));
  return text === undefined ? [] : (JSON.parse(text) as JsonObject[]);
}

/** Tells how prompts ended that were waited for and run no longer. */
async function recordEnded(
  engine: Engine,
  options: { instance: string; run: string | null; awaited: Map<string, number>; active: ReadonlySet<string> },
): Promise<void> {
  const { instance, run, awaited, active } = options;
  const { clock, service } = engine.outside;
  for (const [promptId, sinceMs] of awaited) {
    if (active.has(promptId)) continue;
    awaited.delete(promptId);
    const { kind: how } = await service.history(baseUrl(composedInstance(engine, instance).port), promptId);
    const data = { instance, promptId, how, waitedMs: Math.round(clock.monotonicMs() - sinceMs) };
    await engine.ledger.append([row('prompt.ended', data, { run, keys: [`prompt:${instance}`] })]);
  }
}

/**
 * Posts the prompts that `from` left behind to `to`, in order; those that the server has already, from a call that was
 * interrupted, are left out. What it refuses stays in the file for the next start; a server that answers no more costs
 * the prompts, not the switch. With `copies`, what it took is in the file of `to` before it leaves that of `from`, and the first of it
 * counts as running from before it is posted. A prompt under which the second server died is not posted: it is kept in a file of its own
 * and told; one that somebody cancelled is not posted either. Returns how many it took.
 */
export async function queueAgain(
  engine: Engine,
  options: { from: string; to: string; run: string | null; copies?: true },
): Promise<number> {
  const { from, to, run, copies } = options;
  const { files, service } = engine.outside;
  const saved = await readPrompts(engine, from);
  const left = saved.filter((one) => !wasCancelled(engine, idOf(one))).map(withoutMark);
  const { again: prompts, givenUp } = judgeRetry(left, to);
  const nth = dataOf('instance.stopFailed', engine.ledger.latest(`stop-failed:${to}`))?.nth ?? 0;
  const key = `requeue:${from}:${to}:${nth}`;
  // After a kill the file is gone, and how many were taken is on record.
  const isDone = dataOf('effect.done', engine.ledger.latest(`effect:${key}`)) !== undefined;
  if (left.length === 0 && !isDone) {
    if (saved.length > 0) await files.remove(queueFile(engine, from));
    return 0;
  }
  const url = baseUrl(composedInstance(engine, to).port);
  const act = async (): Promise<{ requeued: number }> => {
    const { active, pending } = await service.queue(url);
    const there = new Set([...active, ...pending].map(idOf));
    const missing: JsonObject[] = [];
    for (const one of prompts) {
      if (!there.has(idOf(one)) && (await service.history(url, idOf(one))).kind === 'unknown') missing.push(one);
    }
    const first = there.size === 0 ? missing[0] : undefined;
    const marked = copies && first !== undefined ? markFirst(prompts, first['prompt_id'], to) : prompts;
    const waiting = new Map(marked.map((one) => [idOf(one), one]));
    // Before it is posted: it may be the end of the server.
    if (marked !== prompts)
      await writeCopy(
        engine,
        from,
        left.map((one) => waiting.get(idOf(one)) ?? one),
      );
    const outcomes = await service.requeue(url, missing);
    const refused = outcomes.filter((one) => one.kind === 'refused');
    const refusedIds = new Set(refused.map((one) => one.promptId));
    const refusedOnes = prompts.filter((one) => refusedIds.has(idOf(one)));
    const requeued = prompts.length - refusedOnes.length;
    const partly = outcomes.filter((one) => one.kind === 'partly').map(reasonOf);
    const data = { from, to, nAccepted: requeued, partly, refused: refused.map(reasonOf) };
    if (givenUp.length > 0)
      await files.writeAtomic(givenUpFile(engine, from), JSON.stringify(givenUp), { mode: 0o600 });
    await engine.ledger.append([
      row('queue.restored', data, { run, keys: [`queue-restored:${from}`] }),
      ...givenUp.map((one) => {
        const promptId = idOf(one);
        return row('prompt.givenUp', { instance: from, promptId }, { run, keys: [`prompt:${from}`] });
      }),
    ]);
    if (copies)
      await writeCopy(
        engine,
        to,
        marked.filter((one) => !refusedIds.has(idOf(one))),
      );
    if (refusedOnes.length === 0) await files.remove(queueFile(engine, from));
    else await files.writeAtomic(queueFile(engine, from), JSON.stringify(refusedOnes), { mode: 0o600 });
    return { requeued };
  };
  try {
    const { requeued } = await engine.perform(
      {
        key,
        name: 'queue saved prompts again',
        input: { nPrompts: prompts.length, to },
        run,
      },
      { act },
    );
    return requeued;
  } catch (error) {
    if (error instanceof Fault && error.code === 'INSTANCE_UNHEALTHY') return 0;
    throw error;
  }
}

const reasonOf = (one: Exclude<Requeued, { kind: 'accepted' }>): { promptId: string; reason: string } => ({
  promptId: one.promptId,
  reason: one.reason,
});
