import { dataOf, row } from '../../domain/journal/kinds.ts';
import { decide, type Missed, type Standing } from '../../domain/schedules/decide.ts';
import type { ScheduleInForce } from '../../domain/schedules/standing.ts';
import { raiseAlert } from '../alerts/raise.ts';
import { abandonChangeOf } from '../changes/abandon.ts';
import type { Engine } from '../engine.ts';
import { dueKey, fireSchedule } from './fire.ts';
import { failedRuns, startedRuns } from './started-runs.ts';
import { whyNot } from './why-not.ts';

/** When it is to be looked at again: at a time (`Infinity`: not by time), and when this run has ended. */
type Next = { readonly untilMs: number; readonly run: string | null };

/**
 * Does what is due about one schedule: pauses it after failures, writes down what was missed, calls off the run before, or fires. Its
 * rows say what was done, so that a repeat does nothing twice.
 */
export async function tend(engine: Engine, one: ScheduleInForce, anchors: Map<string, number>): Promise<Next> {
  const { id } = one.schedule;
  if (await pauseWhenFailing(engine, one)) return { untilMs: Number.POSITIVE_INFINITY, run: null };
  const nowMs = engine.outside.clock.nowMs();
  const standing = standingOf(engine, one, { nowMs, anchors });
  const { missed, next } = decide(one.schedule, standing, { nowMs, sha256: engine.outside.digest.sha256 });
  await note(engine, id, missed);
  const open = standing.runs.find(({ closedMs }) => closedMs === null)?.run ?? null;
  if (next.kind === 'wait') return { untilMs: next.untilMs ?? Number.POSITIVE_INFINITY, run: open };
  if (next.kind === 'cancel') {
    await callOff(engine, next.run);
    return { untilMs: Number.POSITIVE_INFINITY, run: next.run };
  }
  const { dueMs, lateMs } = next;
  // Fired before a clock was put back: the same time does not start a second run.
  if (engine.ledger.latest(dueKey(id, dueMs)) !== undefined) anchors.set(id, dueMs);
  else {
    const reason = whyNot(engine, one, nowMs);
    if (reason === null) await fireSchedule(engine, one, { dueMs, lateMs, request: null });
    else await note(engine, id, [{ fromMs: dueMs, toMs: dueMs, count: 1, isMore: false, ...reason }]);
    anchors.delete(id);
  }
  // What follows is worked out at the next look, with this on record.
  return { untilMs: nowMs, run: null };
}

function standingOf(
  { ledger }: Pick<Engine, 'ledger'>,
  { schedule: { id }, sinceMs, sinceRow }: ScheduleInForce,
  { nowMs, anchors }: { readonly nowMs: number; readonly anchors: Map<string, number> },
): Standing {
  const entry = ledger.latest(`due:${id}`);
  const isNewer = entry !== undefined && entry.seq > sinceRow;
  const dueMs = dataOf('run.created', entry)?.fire?.dueMs ?? dataOf('schedule.missed', entry)?.toMs;
  const lastMs = isNewer && dueMs !== undefined ? dueMs : sinceMs;
  const runs = startedRuns({ ledger }, id);
  const known = anchors.get(id);
  if (lastMs <= nowMs && known === undefined) return { sinceMs: lastMs, runs };
  // The clock was ahead: what fired then is passed by, and waiting until it is there again could take years.
  const anchorMs = Math.min(known ?? nowMs, nowMs);
  anchors.set(id, anchorMs);
  return { sinceMs: lastMs <= nowMs ? Math.max(lastMs, anchorMs) : anchorMs, runs };
}

async function note(
  engine: Engine,
  id: string,
  missed: readonly (Missed & { readonly because?: string | null })[],
): Promise<void> {
  if (missed.length === 0) return;
  const keys = [`due:${id}`, `fires:${id}`];
  await engine.ledger.append(
    missed.map((one) => row('schedule.missed', { because: null, ...one, schedule: id }, { keys })),
  );
}

/** A run that merges already goes on to its end, and the fire waits for that. */
async function callOff(engine: Engine, run: string): Promise<void> {
  if (engine.host.find(run)?.isFinal === false && (await abandonChangeOf(engine, run)))
    await engine.host.send(run, { type: 'CANCEL' });
}

async function pauseWhenFailing(engine: Engine, { schedule, sinceRow }: ScheduleInForce): Promise<boolean> {
  const { id, pauseAfter } = schedule;
  if (pauseAfter === null) return false;
  const failures = failedRuns(engine, id, sinceRow);
  if (failures.length < pauseAfter) return false;
  const [newest = ''] = failures;
  // Before the row: a repeat counts once more, and nobody is left untold.
  await raiseAlert(engine, {
    ...({ key: `schedule:${id}`, severity: 'warning', because: null } as const),
    sentence: `Schedule ${id} is paused: its last ${failures.length === 1 ? 'run' : `${failures.length} runs`} failed.`,
    evidence: failures.map((run) => `#${engine.ledger.latest(`close:${run}`)?.seq ?? 0}`),
    hints: [`orchestrate runs show ${newest}`, `orchestrate schedule resume ${id}`],
  });
  const reason = failures.length === 1 ? 'its last run failed' : `its last ${failures.length} runs failed`;
  const by = { kind: 'rule', name: 'pause-after' } as const;
  await engine.ledger.append([
    row('schedule.paused', { schedule: id, reason, failures, by }, { keys: [`schedule:${id}`, 'schedules'] }),
  ]);
  return true;
}
