import { Fault } from '../../base/fault.ts';
import type { GitTreeId } from '../../base/ids.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { NewEntry } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';
import type { Beside } from '../machines/host.ts';
import { settle } from '../machines/settle.ts';
import { type Commanded, isCommanded, stopCommanded } from './commanded.ts';
import { stopAndWait } from './ensure.ts';
import { composedInstance } from './start.ts';

/** The instance that is production, if orchestrate runs one. */
export function findProduction(engine: Engine): string | undefined {
  return dataOf('production.set', engine.ledger.latest('production'))?.instance ?? undefined;
}

/** The answer to the request that asked for it: written in the commit that carries it out, so that a repeat never refuses it. */
type Answers<Outcome> = (outcome: Outcome) => NonNullable<Beside['answers']>;

/**
 * Lets the running prompt end, saves the waiting ones, then stops; `limitMs` is how long the running one may take, the
 * configured time when left out. A repeat goes on with what was saved. Fault `SERVICE_NOT_OURS` when another program
 * started it and does not stop it: it runs on, with its prompts.
 */
export async function stopProduction(
  engine: Engine,
  options: { instance: string; run: string | null; limitMs?: number; answers?: Answers<number> },
): Promise<{ nSaved: number; lastAnswerAtMs: number | null }> {
  const { instance, run } = options;
  const limitMs = options.limitMs ?? engine.config.service.finishSeconds * 1_000;
  await engine.perform(
    { key: `stop:${instance}`, name: 'save pending prompts and stop', input: { instance, limitMs }, run },
    { act: (input) => keepAndStop(engine, { instance, run, limitMs: Number(input['limitMs']) }) },
  );
  const { nPrompts, lastAnswerAtMs } = engine.template.work.kept(engine, instance);
  const rows =
    findProduction(engine) === instance
      ? [row('production.set', { instance: null, saved: instance }, { run, keys: ['production'] })]
      : [];
  await appendIfAny(engine, rows, options.answers?.(nPrompts) ?? []);
  return { nSaved: nPrompts, lastAnswerAtMs };
}

async function keepAndStop(
  engine: Engine,
  options: { instance: string; run: string | null; limitMs: number },
): Promise<object> {
  const { instance, run } = options;
  const state = engine.host.find(instance)?.state;
  const composed = composedInstance(engine, instance);
  if (state !== undefined && state !== 'stopped' && state !== 'stopping') {
    await engine.template.work.keep(engine, options);
    if (isCommanded(composed)) await stopCommandedOrTell(engine, composed, run);
  }
  await stopAndWait(engine, instance);
  return {};
}

/** Before anything of ours is taken away: when the other program does not stop it, it is production still. */
async function stopCommandedOrTell(engine: Engine, composed: Commanded, run: string | null): Promise<void> {
  const { instance } = composed;
  try {
    await stopCommanded(engine, composed);
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'EPOCH_OLD') throw error;
    const nth = (dataOf('instance.stopFailed', engine.ledger.latest(`stop-failed:${instance}`))?.nth ?? 0) + 1;
    const data = { instance, nth, fault: error.toRecord() };
    await engine.ledger.append([row('instance.stopFailed', data, { run, keys: [`stop-failed:${instance}`] })]);
    const { work } = engine.template;
    const back = work.backSentence(await work.again(engine, { from: instance, to: instance, run }));
    throw error.withState(`${instance} is production still${back === null ? '' : `; ${back}`}.`);
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
  if ((await engine.template.productionOf(engine, tree)).mode === 'none') throw notOurs();
  const live = engine.host.all('instance').find((view) => {
    if (view.state === 'stopped' || view.state === 'stopping') return false;
    const composed = composedInstance(engine, view.subject);
    return composed.purpose === 'production' && composed.tree === tree;
  });
  const instance = live?.subject ?? (await engine.template.createProduction(engine, tree));
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

/** Nobody here starts or stops production. */
export const notOurs = (): Fault =>
  new Fault(
    'SERVICE_NOT_OURS',
    'service.mode is none in orchestrate.yaml: production is started and stopped by nobody here.',
    {
      state: 'Nothing was started or stopped.',
      hints: [
        'Start or stop it the way you always do.',
        'Or set service.mode to managed in orchestrate.yaml, commit it, then: orchestrate service start',
      ],
    },
  );

async function appendIfAny(
  engine: Engine,
  rows: readonly NewEntry[],
  answers: NonNullable<Beside['answers']>,
): Promise<void> {
  if (rows.length > 0 || answers.length > 0) await engine.ledger.append(rows, answers);
}
