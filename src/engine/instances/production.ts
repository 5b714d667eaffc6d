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

/** The instance that is production, if orchestrate runs one. */
export function findProduction(engine: Engine): string | undefined {
  return dataOf('production.set', engine.ledger.latest('production'))?.instance ?? undefined;
}

/** The answer to the request that asked for it: written in the commit that carries it out, so that a repeat never refuses it. */
type Answers<Outcome> = (outcome: Outcome) => NonNullable<Beside['answers']>;

/** Saves the pending prompts, then stops. What was saved is in the journal: a repeat finds it there. */
export async function stopProduction(
  engine: Engine,
  options: { instance: string; change: string | null; run: string | null; answers?: Answers<readonly JsonObject[]> },
): Promise<{ pending: readonly JsonObject[] }> {
  const { instance, run } = options;
  const saved = await engine.perform(
    { key: `queue:${instance}`, name: 'save pending prompts', input: { instance }, run },
    { act: async () => ({ pending: await pendingPrompts(engine, instance) }) },
  );
  await stopAndWait(engine, instance);
  const rows = findProduction(engine) === instance ? [row('production.set', { instance: null }, { run, keys: ['production'] })] : [];
  await appendIfAny(engine, rows, options.answers?.(saved.pending) ?? []);
  return saved;
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

/** Starts the tree on production's port and waits until it is proven. Finds the one that an interrupted call made. */
export async function startProduction(engine: Engine, options: { tree: GitTreeId; signal: AbortSignal; answers?: Answers<string> }): Promise<string> {
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
  if (view.state !== 'healthy') throw view.fault ? Fault.fromRecord(view.fault) : new Fault('INSTANCE_UNHEALTHY', 'Production was stopped while it started.');
  const rows = findProduction(engine) === instance ? [] : [row('production.set', { instance }, { keys: ['production'] })];
  await appendIfAny(engine, rows, options.answers?.(instance) ?? []);
  return instance;
}

async function appendIfAny(engine: Engine, rows: readonly NewEntry[], answers: NonNullable<Beside['answers']>): Promise<void> {
  if (rows.length > 0 || answers.length > 0) await engine.ledger.append(rows, answers);
}

async function create(engine: Engine, options: { declaration: Awaited<ReturnType<typeof readDeclaration>>; port: number }): Promise<string> {
  const { declaration, port } = options;
  await requirePort(engine, port);
  const environment = await ensureEnvironment(engine, { lockText: declaration.lockText, run: null, effectKey: 'production' });
  return createInstance(engine, { declaration, environment, purpose: 'production', port, run: null });
}
