import { Fault } from '../../base/fault.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { FoundProcess, Ledger, LedgerRequest } from '../../ports/index.ts';
import { type EngineContext, markOf } from '../context.ts';
import { isEnd } from '../effects/is-end.ts';
import type { Engine } from '../engine.ts';
import { findProduction } from '../instances/production.ts';
import { composedInstance } from '../instances/start.ts';
import { isLong } from '../requests/is-long.ts';

/** Effects that are broken off are given this long; with the grace of programs it stays below two seconds. */
const endMs = 1_000;
/** Programs get SIGKILL after this long. */
const graceMs = 500;
/** A server that does not hand out its prompts in this time is stopped without. */
const saveMs = 1_500;

/**
 * Brings everything to rest but production: breaks off effects, ends the programs of agents and services under test, and writes
 * down what was held. Leases are kept. A repeat is safe.
 */
export async function freeze(engine: Engine): Promise<object> {
  const { clock } = engine.outside;
  const startedMs = clock.monotonicMs();
  const { ending, stopped } = await bringToRest(engine);
  const runs = engine.host.all('run').filter(({ isFinal }) => !isFinal);
  const leases = runs.flatMap(({ subject: run }) => {
    const lease = engine.leases.find(run);
    return lease === undefined ? [] : [{ run, slot: lease.slot, port: lease.port }];
  });
  const data = {
    runs: runs.map(({ subject }) => subject),
    stopped,
    leases,
    ending: [...ending, ...longRequests(engine)],
    durationMs: Math.round(clock.monotonicMs() - startedMs),
  };
  await engine.ledger.append([row('freeze.done', data, { keys: ['freeze:done'] })]);
  return {};
}

/** What people asked for and takes long is no effect of a machine: it goes on. What starts or stops a service waits for a machine, which is held. */
const longRequests = ({ ledger }: Engine): readonly string[] =>
  ledger
    .openRequests()
    .filter(({ kind }) => isLong(kind) && !kind.startsWith('service.'))
    .map(({ id, kind }) => `request ${id} (${kind})`);

/**
 * Breaks off effects, as a kill does, and ends the programs of agents and services under test. Returns these, and the effects that
 * cannot be broken off. Writes nothing; a repeat is safe.
 */
export async function bringToRest(
  engine: Engine,
): Promise<{ readonly ending: readonly string[]; readonly stopped: readonly string[] }> {
  const ending = await engine.host.hold(endMs);
  const others = await engine.outside.processes.findMarked(
    (mark) => mark.startsWith(markOf(engine, '')) && !isProduction(engine, mark),
  );
  await stopAll(engine, others);
  return { ending, stopped: others.map(({ mark }) => nameOf(engine, mark)) };
}

/** Whether all work is held, by the newest row about it: it is after a kill too. */
export const isFrozen = (ledger: Ledger): boolean => dataOf('freeze.set', ledger.latest('freeze'))?.isFrozen === true;

export const asksFreeze = ({ kind }: LedgerRequest): boolean => kind === 'supervisor.freeze';

/** Why nothing else is taken now. */
export function frozenFault({ ledger }: EngineContext): Fault {
  const set = dataOf('freeze.set', ledger.latest('freeze'));
  const why = set === undefined ? '' : ` by ${set.by.name}${set.reason === null ? '' : `: ${set.reason}`}`;
  return new Fault('SUPERVISOR_FROZEN', `Everything is frozen${why}.`, { state: 'Nothing was changed.' });
}

/** Returns the processes of production, also of one that starts and is not production yet. */
export const findProductionProcesses = (engine: Engine): Promise<readonly FoundProcess[]> =>
  engine.outside.processes.findMarked((mark) => mark.startsWith(markOf(engine, '')) && isProduction(engine, mark));

/** The instances that processes belong to. */
export const instancesOf = (engine: Engine, found: readonly FoundProcess[]): readonly string[] => [
  ...new Set(found.map(({ mark }) => nameOf(engine, mark))),
];

/**
 * Stops processes of production while everything is at rest: its prompts are saved first, as far as it hands them out in time.
 * Returns what came of it. A repeat is safe.
 */
export async function stopFrozenProduction(engine: Engine, found: readonly FoundProcess[]): Promise<string> {
  const production = findProduction(engine);
  const instances = instancesOf(engine, found);
  const left =
    production === undefined
      ? 'Production was not running under orchestrate.'
      : `${production} has no process of ours: it was left as it is.`;
  if (instances.length === 0) return left;
  const isServing = production !== undefined && instances.includes(production);
  const saved = isServing ? `; ${await saveWork(engine, production)}` : '';
  await stopAll(engine, found);
  return `${instances.join(' and ')} ${instances.length === 1 ? 'was' : 'were'} stopped${saved}.`;
}

async function saveWork(engine: Engine, instance: string): Promise<string> {
  const late = new AbortController();
  try {
    const kept = engine.template.work.keep(engine, { instance, run: null, limitMs: 0 }).then(() => true);
    const inTime = await Promise.race([kept, engine.outside.clock.sleep(saveMs, late.signal).then(() => false)]);
    // One that is given up still ends, and its failure is nobody's.
    if (!inTime) void kept.catch(() => undefined);
    return inTime ? 'its prompts are saved' : 'it did not hand out its prompts in time';
  } catch (error) {
    if (isEnd(error) || !(error instanceof Fault)) throw error;
    return `its prompts could not be saved (${error.code})`;
  } finally {
    late.abort();
  }
}

function isProduction(engine: Engine, mark: string): boolean {
  const view = engine.host.find(nameOf(engine, mark));
  return view?.machine === 'instance' && composedInstance(engine, view.subject).purpose === 'production';
}

const nameOf = (engine: Engine, mark: string): string => mark.slice(markOf(engine, '').length);

const stopAll = ({ outside }: Engine, found: readonly FoundProcess[]): Promise<unknown> =>
  Promise.all(found.map((one) => outside.processes.stop(one, { graceMs })));
