import { Fault } from '../../base/fault.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { row } from '../../domain/journal/kinds.ts';
import { principalOf } from '../../domain/policy/principals.ts';
import { maxSchedules, type Schedule, scheduleProblems } from '../../domain/schedules/schedule.ts';
import type { ScheduleInForce } from '../../domain/schedules/standing.ts';
import { resolveAlert } from '../alerts/raise.ts';
import type { Engine } from '../engine.ts';
import { requirePerson } from '../policy/answerer.ts';
import { fireSchedule, requireGoal } from '../schedules/fire.ts';
import { schedulesNow } from '../schedules/in-force.ts';
import { openRunOf } from '../schedules/started-runs.ts';
import { accepted, type Handlers } from './handler.ts';

export const scheduleRequests: Handlers<
  'schedule.add' | 'schedule.remove' | 'schedule.pause' | 'schedule.resume' | 'schedule.run'
> = {
  async 'schedule.add'(engine, { schedule, replaces, by }, request) {
    requireKnown(engine, by, schedule.id);
    const all = schedulesNow(engine.ledger);
    requireFree(all, schedule.id, replaces);
    requireFit(engine, schedule);
    requireGoal(engine, schedule);
    await engine.ledger.append(
      [row('schedule.added', { schedule, from: 'command', by }, { keys: keysOf(schedule.id) })],
      accepted(request, null, `${schedule.id} fires from now on.`),
    );
  },

  async 'schedule.remove'(engine, { id, reason, by }, request) {
    requireKnown(engine, by, id);
    if (requireSchedule(engine, id).from === 'file')
      throw new Fault('SCHEDULE_DECLARED', `${id} stands in ops/schedules.yaml and is taken out there.`, {
        hints: [`orchestrate schedule pause ${id} --reason "<why>"`, 'orchestrate schedule list'],
      });
    await engine.ledger.append(
      [row('schedule.removed', { schedule: id, reason, by }, { keys: keysOf(id) })],
      accepted(request, null, `${id} is removed; runs that it started go on.`),
    );
  },

  async 'schedule.pause'(engine, { id, reason, by }, request) {
    requireKnown(engine, by, id);
    if (requireSchedule(engine, id).paused !== null)
      throw new Fault('NOTHING_TO_DO', `${id} is paused already.`, { hints: [`orchestrate schedule show ${id}`] });
    await engine.ledger.append(
      [row('schedule.paused', { schedule: id, reason, failures: [], by }, { keys: keysOf(id) })],
      accepted(request, null, `${id} fires no more until it is resumed.`),
    );
  },

  async 'schedule.resume'(engine, { id, by }, request) {
    requireKnown(engine, by, id);
    const { paused, schedule } = requireSchedule(engine, id);
    if (paused === null)
      throw new Fault('NOTHING_TO_DO', `${id} is not paused.`, { hints: [`orchestrate schedule show ${id}`] });
    requireFit(engine, schedule);
    const [resumed] = await engine.ledger.append(
      [row('schedule.resumed', { schedule: id, by }, { keys: keysOf(id) })],
      accepted(request, null, `${id} fires again; what came in between is not caught up with.`),
    );
    await resolveAlert(engine, `schedule:${id}`, [`#${resumed?.seq ?? 0}`]);
  },

  async 'schedule.run'(engine, { id, by }, request) {
    requireKnown(engine, by, id);
    const { schedule, by: addedBy } = requireSchedule(engine, id);
    const open = openRunOf(engine, id);
    if (open !== undefined)
      throw new Fault('SCHEDULE_RUNNING', `${open} of ${id} goes on.`, {
        hints: [`orchestrate runs show ${open}`, `orchestrate runs cancel ${open}`],
      });
    // A yes is the word of the one who said it: whoever fires it now has not.
    const isTheirs = addedBy.kind === 'person' && addedBy.name === by.name;
    const mine = isTheirs ? schedule : { ...schedule, yes: false };
    await fireSchedule(engine, { schedule: mine, by }, { dueMs: null, lateMs: 0, request });
  },
};

const keysOf = (id: string): readonly string[] => [`schedule:${id}`, 'schedules'];

function requireFree(all: ReadonlyMap<string, ScheduleInForce>, id: string, replaces: boolean): void {
  const there = all.get(id);
  if (there?.from === 'file')
    throw new Fault('SCHEDULE_DECLARED', `${id} stands in ops/schedules.yaml and is changed there.`);
  if (there !== undefined && !replaces)
    throw new Fault('SCHEDULE_EXISTS', `There is a schedule ${id} already.`, {
      hints: [`orchestrate schedule show ${id}`, 'orchestrate schedule add … --replace'],
    });
  if (all.size >= maxSchedules)
    throw new Fault('SCHEDULE_EXISTS', `There are ${maxSchedules} schedules, and no room for one more.`);
}

function requireSchedule({ ledger }: Engine, id: string): ScheduleInForce {
  const found = schedulesNow(ledger).get(id);
  if (found !== undefined) return found;
  throw new Fault('SCHEDULE_NOT_FOUND', `There is no schedule ${id}.`, { hints: ['orchestrate schedule list'] });
}

/** Fault: `SCHEDULE_INVALID` with all that is wrong. */
function requireFit({ outside }: Engine, schedule: Schedule): void {
  const problems = scheduleProblems(schedule, outside.clock.nowMs());
  if (problems.length === 0) return;
  throw new Fault('SCHEDULE_INVALID', problems.map(({ field, message }) => `--${field} ${message}.`).join(' '), {
    hints: ['orchestrate schedule next --cron "0 3 * * *" --zone Europe/Zurich', 'orchestrate schedule add --help'],
  });
}

/** Refuses programs, and logins that are nobody's: what fires at night is asked for by somebody. */
function requireKnown(engine: Engine, by: Actor, what: string): void {
  requirePerson(by, what);
  if (principalOf(engine.config.principals, by.name).kind === 'none')
    throw new Fault('PRINCIPAL_UNKNOWN', `The login ${by.name} is none of the principals of orchestrate.yaml.`, {
      hints: ['orchestrate principals list'],
    });
}
