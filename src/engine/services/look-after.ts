import { type FaultRecord, Fault, faultRecord } from '../../base/fault.ts';
import { answerCommand } from '../../domain/diagnosis/repair-playbooks.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import { judgeRestart } from '../../domain/services/restart.ts';
import type { Entry } from '../../ports/index.ts';
import { raiseAlert, resolveAlert } from '../alerts/raise.ts';
import { isUnheard } from '../alerts/unheard.ts';
import { isEnd } from '../effects/is-end.ts';
import type { Engine } from '../engine.ts';
import { findProduction } from '../instances/production.ts';
import { startFromBranch } from '../instances/start-from-branch.ts';
import { isUp } from '../instances/watch.ts';
import { forbiddenBy } from './forbidden.ts';
import { createStillnessWatch } from './watch-stillness.ts';

export interface ServiceKeeper {
  /** Tells a production that died or hangs, and starts a dead one again where the rule says so. Does not wait for the start. */
  look(): Promise<void>;
}

type Judged = JournalKinds['service.judged'];

const downKey = 'service:down';
/** More restarts than any cap are of no interest. */
const maxTried = 50;

/**
 * Looks after production: raises `service:down` once per death and judges it once, by rows, so that a kill between judging and
 * starting starts it once. `onFatal`: the ledger takes no more rows.
 */
export function createServiceKeeper(engine: Engine, onFatal: (error: unknown) => void): ServiceKeeper {
  let isStarting = false;
  let isCopying = false;
  let isCaughtUp = false;
  const stillness = createStillnessWatch(engine);

  const start = async (instance: string, { nth }: Judged): Promise<void> => {
    const told = (now: string | null, fault: FaultRecord | null) =>
      engine.ledger.append([row('service.restarted', { instance, nth, now, fault }, { keys: [restartKey(instance)] })]);
    try {
      await told(await startFromBranch(engine, { copies: true }), null);
    } catch (error) {
      if (isEnd(error) || !(error instanceof Fault)) throw error;
      await told(null, error.toRecord());
    }
  };

  /** In the turn of starts and stops: a copy beside a stop would write over what that one keeps. */
  const copy = (instance: string): void => {
    if (engine.config.service.restart === undefined || isCopying) return;
    isCopying = true;
    void engine
      .inServiceTurn(async () => {
        if (findProduction(engine) === instance && isUp(engine.host.find(instance)?.state ?? ''))
          await engine.template.work.copy(engine, instance);
      })
      .catch((error: unknown) => {
        if (isEnd(error)) return onFatal(error);
        engine.outside.log.warn('prompts could not be copied; it is tried again', { ...faultRecord(error) });
      })
      .finally(() => void (isCopying = false));
  };

  return {
    async look() {
      const instance = findProduction(engine);
      await stillness.look(instance);
      if (!isCaughtUp) await catchUp(engine);
      isCaughtUp = true;
      if (instance === undefined || isStarting) return;
      const death = deathOf(engine, instance);
      if (death === undefined) {
        if (!isUp(engine.host.find(instance)?.state ?? '')) return;
        copy(instance);
        return tellBack(engine, instance);
      }
      const before = engine.ledger.latest(restartKey(instance));
      // A start that failed is another death of the same production.
      const entry = before?.kind === 'service.judged' ? before : await judge(engine, instance, before ?? death);
      const judged = dataOf('service.judged', entry);
      if (judged?.restarts !== true || engine.outside.clock.nowMs() < judged.dueAtMs) return;
      isStarting = true;
      void engine
        .inServiceTurn(async () => {
          // A person may have started it while this waited for its turn.
          if (findProduction(engine) === instance) await start(instance, judged);
        })
        .catch(onFatal)
        .finally(() => void (isStarting = false));
    },
  };
}

const restartKey = (instance: string): string => `restart:${instance}`;

/** The row with which production ended though nobody stopped it. */
function deathOf({ ledger, host }: Engine, instance: string): Entry | undefined {
  if ((host.find(instance)?.state ?? 'stopped') !== 'stopped') return undefined;
  return ledger
    .read({ key: `machine:${instance}`, descending: true, limit: 2 })
    .find((entry) => dataOf('machine.moved', entry)?.event['type'] === 'GONE');
}

/** An earlier death is over. */
async function tellBack(engine: Engine, instance: string): Promise<void> {
  const down = engine.ledger.latest(downKey);
  if (down?.kind !== 'service.judged') return;
  await engine.ledger.append([row('service.back', { instance }, { keys: [downKey] })]);
  await resolveAlert(engine, downKey, [`#${engine.ledger.latest(downKey)?.seq ?? down.seq}`]);
}

/** Writes down whether it is started again, and raises the alert. */
async function judge(engine: Engine, instance: string, cause: Entry): Promise<Entry | undefined> {
  const { ledger, outside, config } = engine;
  const nowMs = outside.clock.nowMs();
  const wasFrozen = ledger.latest(`frozen:${instance}`) !== undefined;
  const tried = ledger.read({ kinds: ['service.restarted'], descending: true, limit: maxTried });
  const verdict = judgeRestart(config.service.restart ?? null, {
    triedAtMs: tried.map(({ atMs }) => atMs),
    nowMs,
    forbidden: wasFrozen ? 'a freeze stopped it' : await forbiddenBy(engine, instance),
  });
  const data: Judged = verdict.restarts
    ? { instance, restarts: true, nth: verdict.nth, dueAtMs: nowMs + verdict.waitMs, reason: null }
    : { instance, restarts: false, nth: 0, dueAtMs: nowMs, reason: verdict.reason };
  await ledger.append([row('service.judged', data, { keys: [restartKey(instance), downKey] })]);
  const judged = ledger.latest(restartKey(instance));
  await raiseDown(engine, data, [`#${cause.seq}`, `#${judged?.seq ?? cause.seq}`]);
  return judged;
}

/** What a freeze stopped is told by the freeze. */
async function raiseDown(engine: Engine, judged: Judged, evidence: readonly string[]): Promise<void> {
  const { instance, restarts, nth, reason } = judged;
  if (engine.ledger.latest(`frozen:${instance}`) !== undefined) return;
  // What must not be started is not told how.
  const start = (await forbiddenBy(engine, instance)) === null ? ['orchestrate service start'] : [];
  const next = restarts ? `it is started again (${nth})` : `it stays down: ${reason}`;
  await raiseAlert(engine, {
    key: downKey,
    severity: 'critical',
    sentence: `Production ${instance} died; ${next}.`,
    evidence,
    because: null,
    hints: [answerCommand('emergency-unresponsive'), 'orchestrate diagnose', ...start],
  });
}

/** Does what a row says and a supervisor that was killed right after it did not: raises the alert, or ends it. */
async function catchUp(engine: Engine): Promise<void> {
  const entry = engine.ledger.latest(downKey);
  if (entry === undefined) return;
  const judged = dataOf('service.judged', entry);
  if (judged === undefined) return resolveAlert(engine, downKey, [`#${entry.seq}`]);
  if (isUnheard(engine, downKey, entry)) await raiseDown(engine, judged, [`#${entry.seq}`]);
}
