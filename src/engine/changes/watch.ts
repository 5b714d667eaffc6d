import { Fault } from '../../base/fault.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { composedInstance } from '../instances/start.ts';
import { isUp, lookAt } from '../instances/watch.ts';

type Started = JournalKinds['watch.started'];
type Ended = JournalKinds['watch.ended'];
interface WatchOptions {
  readonly run: string;
  readonly signal: AbortSignal;
  /** The watch was begun before, by a process that was killed or a try that failed. */
  readonly isInterrupted: boolean;
}

/** How often new production is looked at; its queue is copied as often. */
const lookEveryMs = 1_000;
/** A server that loads a model of many gigabytes holds its breath for some seconds; longer silence is a regression. */
const silenceMs = 15_000;
/** Lines of its log in which the reason of an end is looked for. */
const nLogLines = 40;

/** Returns what is on record of the watch after the switch of a change: that it began, and how it ended. */
export const watchOf = (
  engine: Engine,
  change: string,
): { readonly started: Started | undefined; readonly ended: Ended | undefined } => ({
  started: dataOf('watch.started', engine.ledger.latest(`watching:${change}`)),
  ended: dataOf('watch.ended', engine.ledger.latest(`watched:${change}`)),
});

/**
 * Watches new production until the time of `watch.started` is over and it answers, or until it is gone or was silent for
 * `silenceMs`; writes `watch.ended`. Meanwhile its queue is copied into its file, which stays unless it held. What has
 * ended is not watched again; after a kill the rest of the time is, with one look at least. An instance that died while
 * nobody watched was not seen to hold: it counts as ended. Fault `INTERRUPTED` when it is called off.
 */
export async function watchSwitched(engine: Engine, started: Started, options: WatchOptions): Promise<Ended> {
  const { change, instance } = started;
  const known = watchOf(engine, change).ended;
  const ended = known ?? (await watch(engine, started, options));
  if (!known)
    await engine.ledger.append([row('watch.ended', ended, { run: options.run, keys: [`watched:${change}`] })]);
  if (ended.outcome === 'held') await engine.template.work.forgetCopy(engine, instance);
  if (ended.outcome === 'ended' && isUp(engine.host.find(instance)?.state ?? '')) {
    const fault = new Fault('INSTANCE_UNHEALTHY', ended.reason ?? `${instance} is gone`).toRecord();
    await engine.host.send(instance, { type: 'GONE', fault });
  }
  return ended;
}

async function watch(engine: Engine, started: Started, options: WatchOptions): Promise<Ended> {
  const { change, instance, provenAtMs, limitMs } = started;
  const { signal, isInterrupted } = options;
  const { clock } = engine.outside;
  // Once by the wall clock, as the row is all that a killed process leaves; a clock that is set meanwhile changes nothing, and one that
  // was set while nobody watched makes no claim longer than what was asked for.
  const knownMs = Math.min(limitMs, Math.max(0, clock.nowMs() - provenAtMs));
  const beforeMs = knownMs - clock.monotonicMs();
  const sinceProofMs = (): number => Math.round(clock.monotonicMs() + beforeMs);
  let answeredMs = sinceProofMs();
  let nAnswers = 0;
  let nRunning = 0;
  for (;;) {
    const view = engine.host.find(instance);
    const found = view !== undefined && isUp(view.state) ? (await lookAt(engine, instance)).kind : 'gone';
    const ms = sinceProofMs();
    const seen = { change, instance, ms, nAnswers, isInterrupted };
    if (found === 'gone')
      return { ...seen, outcome: 'ended', reason: await endReason(engine, { instance, ms, nRunning }) };
    if (found === 'answers') {
      answeredMs = ms;
      nAnswers += 1;
      nRunning = (await engine.template.work.copy(engine, instance)) ?? nRunning;
      if (ms >= limitMs) return { ...seen, nAnswers, outcome: 'held', reason: null };
    } else if (ms - answeredMs >= silenceMs) {
      const silentFor = secondsText(ms - answeredMs);
      const reason = `The service fell silent: no answer for ${silentFor}, ${secondsText(ms)} after it was proven`;
      return { ...seen, outcome: 'silent', reason };
    }
    const waitMs = ms < limitMs ? Math.min(lookEveryMs, limitMs - ms) : lookEveryMs;
    if (!(await clock.sleep(waitMs, signal))) throw new Fault('INTERRUPTED', 'The watch was called off.');
  }
}

/** Why the process ended, as far as its log and the last look at its queue tell. */
async function endReason(
  engine: Engine,
  { instance, ms, nRunning }: { instance: string; ms: number; nRunning: number },
): Promise<string> {
  const said = await engine.template.endReason(engine, composedInstance(engine, instance), nLogLines);
  const busy = engine.template.work.busyText(nRunning);
  return `The service was gone ${secondsText(ms)} after it was proven${busy}; its log says: ${said}`;
}

const secondsText = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
