import { z } from 'zod';

import { newest, type JournalReader } from './journal-reader.ts';
import { machineState } from './machine-state.ts';
import { outsideLine } from './outside-view.ts';

/** Production as the journal tells it. */
export const serviceSchema = z.object({
  instance: z.string().nullable().describe('Instance that is production, or null: none was started.'),
  state: z.string().describe('`stopped`, `starting`, `healthy`, `degraded`, `unresponsive` or `stopping`.'),
  port: z.number().nullable().describe('Port that it was started on.'),
  pid: z.number().nullable().describe('Process that was proven to answer, or null.'),
  startTime: z.string().nullable().describe('Start time of that process in the unit of the kernel, or null.'),
  environment: z.string().nullable().describe('Environment that it runs in.'),
  gitTree: z.string().nullable().describe('Git tree that it was composed from.'),
  versions: z
    .object({ comfyui: z.string(), pytorch: z.string(), device: z.string() })
    .nullable()
    .describe('What it said about itself when it was proven.'),
  outside: z.string().nullable().describe('What changed outside and is not kept, with the command to type; or null.'),
  rows: z.array(z.number()).describe('Journal rows that hold it.'),
});
export type ServiceView = z.infer<typeof serviceSchema>;

/** Returns production as last recorded. */
export function serviceView(reader: JournalReader): ServiceView {
  const set = newest(reader, 'production.set', 'production');
  const instance = set?.data.instance ?? null;
  const outside = outsideLine(reader);
  if (set === undefined || instance === null) return { ...nothing, outside, rows: set === undefined ? [] : [set.seq] };
  const composed = newest(reader, 'instance.composed', `instance:${instance}`);
  const proven = newest(reader, 'instance.proven', `instance-up:${instance}`);
  const now = machineState(reader, instance);
  return {
    instance,
    state: now?.state ?? 'stopped',
    port: proven?.data.port ?? composed?.data.port ?? null,
    pid: proven?.data.pid ?? null,
    startTime: proven?.data.startTime ?? null,
    environment: composed?.data.environment ?? null,
    gitTree: composed?.data.tree ?? null,
    versions:
      proven === undefined
        ? null
        : { comfyui: proven.data.comfyuiVersion, pytorch: proven.data.pytorchVersion, device: proven.data.device },
    outside,
    rows: [set, composed, proven, now].flatMap((row) => row?.seq ?? []).sort((a, b) => a - b),
  };
}

const nothing = {
  instance: null,
  state: 'stopped',
  port: null,
  pid: null,
  startTime: null,
  environment: null,
  gitTree: null,
  versions: null,
} as const;
