import { Fault } from '../../base/fault.ts';
import type { Schedule } from '../../domain/schedules/schedule.ts';
import type { ScheduleInForce } from '../../domain/schedules/standing.ts';
import type { Engine } from '../engine.ts';
import { createRun } from '../runs/create-run.ts';
import { understandRun } from '../runs/understand-run.ts';

/**
 * Creates the run of a fire, in the commit that puts the fire on record: `dueMs` is its key, so that one time starts one run, whatever
 * dies on the way. Faults: those of `requireGoal`.
 */
export async function fireSchedule(
  engine: Engine,
  { schedule, by }: Pick<ScheduleInForce, 'schedule' | 'by'>,
  fire: { readonly dueMs: number | null; readonly lateMs: number; readonly request: number | null },
): Promise<string> {
  requireGoal(engine, schedule);
  const { id, goal, playbook, inputs, yes } = schedule;
  const { dueMs, lateMs, request } = fire;
  return createRun(
    engine,
    {
      ...({ goal, kind: 'work', by, request, restore: null } as const),
      options: { previewOnly: false, yes, until: null, playbook, inputs },
      fire: { schedule: id, dueMs, lateMs },
    },
    { keys: [`fires:${id}`, ...(dueMs === null ? [] : [`due:${id}`, dueKey(id, dueMs)])] },
  );
}

/** Key of the run that a time started. */
export const dueKey = (id: string, dueMs: number): string => `due:${id}:${dueMs}`;

/** Refuses a goal that nobody understands, or that lacks something. Faults: `GOAL_UNKNOWN`, `USAGE_BAD_ARGUMENT`, `SCHEDULE_INVALID`. */
export function requireGoal(engine: Engine, { goal, playbook: asked, inputs: given }: Schedule): void {
  const { playbook, inputs } = understandRun(engine, goal, { asked, given });
  const missing = Object.entries(playbook.inputs)
    .filter(([name, input]) => input.default === null && (inputs[name] ?? '') === '')
    .map(([name]) => name);
  if (missing.length > 0)
    throw new Fault(
      'SCHEDULE_INVALID',
      `${playbook.id} needs ${missing.join(' and ')}, and nobody is there to be asked.`,
      {
        hints: missing.map((name) => `--set ${name}=<value>`),
        state: 'Nothing was changed.',
      },
    );
}
