import { z } from 'zod';

import { newest, rowOf, type JournalReader } from './journal-reader.ts';
import { machineState } from './machine-state.ts';
import { outsideLine } from './outside-view.ts';

/** Production as the journal tells it. */
export const serviceSchema = z.object({
  instance: z.string().nullable().describe('Instance that is production, or null: none was started.'),
  state: z.string().describe('`stopped`, `starting`, `healthy`, `degraded`, `unresponsive` or `stopping`.'),
  port: z.number().nullable().describe('Port that it was started on.'),
  pid: z.number().nullable().describe('Process that was proven to answer, or null.'),
  startTime: z.string().nullable().describe('Start time of that process in the unit of the kernel, or null.'),
  startedBy: z
    .enum(['orchestrate', 'command'])
    .nullable()
    .describe('`command`: another program, by the start command; its process is not ours. Null: nobody here.'),
  sinceMs: z.number().nullable().describe('When it was seen to answer first, in milliseconds since 1970, or null.'),
  problem: z.string().nullable().describe('Why it is not as it should be, or null.'),
  lastSwitch: z
    .object({
      change: z.string(),
      outcome: z.string(),
      downMs: z.number().nullable().describe('From the last answer of the old to the first of the new.'),
      atMs: z.number(),
    })
    .nullable()
    .describe('What the newest merge did to it, or null.'),
  environment: z.string().nullable().describe('Environment that it runs in.'),
  gitTree: z.string().nullable().describe('Git tree that it was composed from.'),
  versions: z
    .object({ comfyui: z.string(), pytorch: z.string(), device: z.string() })
    .nullable()
    .describe('What it said about itself when it was proven; null where it is no ComfyUI.'),
  memory: z
    .object({
      maxBytes: z.number().describe('`service.memory-max`.'),
      why: z.string().nullable().describe('Why that cap does not hold on this machine; null: it does.'),
    })
    .nullable()
    .describe('Cap on its memory; null: none is set.'),
  outside: z.string().nullable().describe('What changed outside and is not kept, with the command to type; or null.'),
  rows: z.array(z.number()).describe('Journal rows that hold it.'),
});
export type ServiceView = z.infer<typeof serviceSchema>;

/** Returns production as last recorded. */
export function serviceView(reader: JournalReader): ServiceView {
  const set = newest(reader, 'production.set', 'production');
  const instance = set?.data.instance ?? null;
  const lastSwitch = lastSwitchOf(reader);
  const outside = outsideLine(reader);
  if (set === undefined || instance === null)
    return { ...nothing, lastSwitch, outside, rows: set === undefined ? [] : [set.seq] };
  const { rows, ...view } = instanceView(reader, instance);
  return { ...view, lastSwitch, outside, rows: [set.seq, ...rows].sort((a, b) => a - b) };
}

/** Returns an instance as last recorded: production, or what shows a slot. */
export function instanceView(reader: JournalReader, instance: string): ServiceView {
  const composed = newest(reader, 'instance.composed', `instance:${instance}`);
  const proven = newest(reader, 'instance.proven', `instance-up:${instance}`);
  const answered = newest(reader, 'instance.answered', `instance-up:${instance}`);
  const told = proven ?? answered;
  const now = machineState(reader, instance);
  const stopFailed = newest(reader, 'instance.stopFailed', `stop-failed:${instance}`);
  return {
    instance,
    state: now?.state ?? 'stopped',
    port: told?.data.port ?? composed?.data.port ?? null,
    pid: proven?.data.pid ?? answered?.data.owner?.pid ?? null,
    startTime: proven?.data.startTime ?? answered?.data.owner?.startTime ?? null,
    startedBy: composed?.data.by === undefined ? 'orchestrate' : 'command',
    sinceMs: told?.atMs ?? null,
    problem: problemOf(reader, instance, stopFailed?.data.fault.message),
    lastSwitch: null,
    environment: composed?.data.environment ?? null,
    gitTree: composed?.data.tree ?? null,
    versions:
      told?.data.comfyuiVersion === undefined ||
      told.data.pytorchVersion === undefined ||
      told.data.device === undefined
        ? null
        : { comfyui: told.data.comfyuiVersion, pytorch: told.data.pytorchVersion, device: told.data.device },
    memory: composed?.data.memory ?? null,
    outside: null,
    rows: [composed, told, now].flatMap((row) => row?.seq ?? []).sort((a, b) => a - b),
  };
}

/** Why it ended by itself, or was not stopped when it should have been. */
function problemOf(reader: JournalReader, instance: string, stopFailed: string | undefined): string | null {
  const ended = newest(reader, 'instance.ended', `instance-up:${instance}`);
  return ended?.data.reason ?? stopFailed ?? null;
}

function lastSwitchOf(reader: JournalReader): ServiceView['lastSwitch'] {
  const [entry] = reader.read({ kinds: ['service.switched'], descending: true, limit: 1 });
  const switched = rowOf('service.switched', entry);
  if (switched === undefined) return null;
  const { change, outcome, downMs } = switched.data;
  return { change, outcome, downMs, atMs: switched.atMs };
}

const nothing = {
  instance: null,
  state: 'stopped',
  port: null,
  pid: null,
  startTime: null,
  startedBy: null,
  sinceMs: null,
  problem: null,
  environment: null,
  gitTree: null,
  versions: null,
  memory: null,
} as const;
