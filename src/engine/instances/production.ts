import { Fault } from '../../base/fault.ts';
import type { GitTreeId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { NewEntry } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';
import { ensureEnvironment } from '../environments/ensure.ts';
import type { Beside } from '../machines/host.ts';
import { settle } from '../machines/settle.ts';
import { readDeclaration } from './compose.ts';
import { createInstance, stopAndWait } from './ensure.ts';
import { baseUrl, composedInstance, requirePort } from './start.ts';
import { changeCore } from './user-folder.ts';

/** The instance that left saved prompts behind when production was stopped. */
export const findSavedQueue = (engine: Engine): string | undefined =>
  dataOf('production.set', engine.ledger.latest('production'))?.saved ?? undefined;

/** The instance that is production, if orchestrate runs one. */
export function findProduction(engine: Engine): string | undefined {
  return dataOf('production.set', engine.ledger.latest('production'))?.instance ?? undefined;
}

/** The answer to the request that asked for it: written in the commit that carries it out, so that a repeat never refuses it. */
type Answers<Outcome> = (outcome: Outcome) => NonNullable<Beside['answers']>;

/** Saves the pending prompts, then stops. A repeat finds them saved. */
export async function stopProduction(
  engine: Engine,
  options: { instance: string; run: string | null; answers?: Answers<number> },
): Promise<{ nSaved: number }> {
  const { instance, run } = options;
  const { nPrompts } = await engine.perform(
    { key: `queue:${instance}`, name: 'save pending prompts', input: { instance }, run },
    { act: () => saveQueue(engine, instance) },
  );
  await stopAndWait(engine, instance);
  const rows =
    findProduction(engine) === instance
      ? [row('production.set', { instance: null, saved: instance }, { run, keys: ['production'] })]
      : [];
  await appendIfAny(engine, rows, options.answers?.(nPrompts) ?? []);
  return { nSaved: nPrompts };
}

const queueFile = (engine: Engine, instance: string): string => `${engine.paths.state}/queues/${instance}.json`;

/** Prompts may hold keys of paid services: they go into a file of ours, the journal keeps their number and digest. */
async function saveQueue(engine: Engine, instance: string): Promise<{ nPrompts: number; digest: string }> {
  const { files, digest } = engine.outside;
  const text = JSON.stringify(await pendingPrompts(engine, instance));
  await files.ensureDir(`${engine.paths.state}/queues`, { mode: 0o700 });
  await files.writeAtomic(queueFile(engine, instance), text, { mode: 0o600 });
  return { nPrompts: (JSON.parse(text) as unknown[]).length, digest: digest.sha256(text) };
}

async function pendingPrompts(engine: Engine, instance: string): Promise<readonly JsonObject[]> {
  try {
    const { pending } = await engine.outside.service.queue(baseUrl(composedInstance(engine, instance).port));
    return pending;
  } catch (error) {
    // A server that does not answer has no queue that could be saved; it is stopped all the same.
    if (error instanceof Fault && error.code === 'INSTANCE_UNHEALTHY') return [];
    throw error;
  }
}

/**
 * Posts the prompts that `from` left behind to `to`; those that the server has already, from a call that was
 * interrupted, are left out. A server that refuses them costs the prompts, not the switch: they stay in the file.
 */
export async function queueAgain(
  engine: Engine,
  options: { from: string; to: string; run: string | null },
): Promise<number> {
  const { from, to, run } = options;
  const { files, service } = engine.outside;
  const pending = JSON.parse((await files.readText(queueFile(engine, from))) ?? '[]') as readonly JsonObject[];
  if (pending.length === 0) return 0;
  const url = baseUrl(composedInstance(engine, to).port);
  const act = async (): Promise<{ requeued: number }> => {
    const there = new Set((await service.queue(url)).pending.map((one) => one['prompt_id']));
    const missing = pending.filter((one) => !there.has(one['prompt_id']));
    return { requeued: (await service.requeue(url, missing)) + pending.length - missing.length };
  };
  try {
    const { requeued } = await engine.perform(
      { key: `requeue:${from}`, name: 'queue saved prompts again', input: { nPrompts: pending.length, to }, run },
      { act },
    );
    if (requeued === pending.length) await files.remove(queueFile(engine, from));
    return requeued;
  } catch (error) {
    if (error instanceof Fault && error.code === 'INSTANCE_UNHEALTHY') return 0;
    throw error;
  }
}

/** Starts the tree on production's port and waits until it is proven. Finds the one that an interrupted call made. */
export async function startProduction(
  engine: Engine,
  options: {
    tree: GitTreeId;
    signal: AbortSignal;
    answers?: Answers<string>;
    before?: (instance: string) => Promise<unknown>;
  },
): Promise<string> {
  const { tree, signal } = options;
  const declaration = await readDeclaration(engine, tree);
  const { port } = declaration.config.service;
  const live = engine.host.all('instance').find((view) => {
    if (view.state === 'stopped' || view.state === 'stopping') return false;
    const composed = composedInstance(engine, view.subject);
    return composed.purpose === 'production' && composed.tree === tree;
  });
  const instance = live?.subject ?? (await create(engine, { declaration, port }));
  const view = await settle(engine.host, instance, (one) => one.state === 'healthy' || one.state === 'stopped', signal);
  if (view.state !== 'healthy')
    throw view.fault
      ? Fault.fromRecord(view.fault)
      : new Fault('INSTANCE_UNHEALTHY', 'Production was stopped while it started.');
  await options.before?.(instance);
  const rows =
    findProduction(engine) === instance
      ? []
      : [row('production.set', { instance, saved: null }, { keys: ['production'] })];
  await appendIfAny(engine, rows, options.answers?.(instance) ?? []);
  return instance;
}

async function appendIfAny(
  engine: Engine,
  rows: readonly NewEntry[],
  answers: NonNullable<Beside['answers']>,
): Promise<void> {
  if (rows.length > 0 || answers.length > 0) await engine.ledger.append(rows, answers);
}

async function create(
  engine: Engine,
  options: { declaration: Awaited<ReturnType<typeof readDeclaration>>; port: number },
): Promise<string> {
  const { declaration, port } = options;
  await requirePort(engine, port);
  const environment = await ensureEnvironment(engine, {
    lockText: declaration.lockText,
    run: null,
    effectKey: 'production',
  });
  await changeCore(engine, declaration);
  return createInstance(engine, { declaration, environment, purpose: 'production', port, run: null });
}
