import { z } from 'zod';

import { bytesText } from '../domain/plans/amounts.ts';
import type { ServiceSeen } from './_service-care.ts';

const count = z.number().int();

/** `ServiceSeen` as a step reports it. */
export const seenSchema = z.object({
  instance: z.string().nullable(),
  port: count.nullable(),
  state: z.enum(['answers', 'silent', 'gone', 'stopped']),
  latencyMs: z.number().nullable(),
  queue: z.object({ running: count, pending: count }).nullable(),
  prompt: z.string().nullable(),
  moves: z.enum(['idle', 'yes', 'no', 'unclear']),
  hang: z.object({ cause: z.enum(['worker', 'silent', 'queue']), stillMs: z.number() }).nullable(),
  isOurs: z.boolean(),
  process: z
    .object({
      pid: count,
      residentBytes: z.number(),
      cpuMs: z.number(),
      openFiles: count.nullable(),
      state: z.string().nullable(),
    })
    .nullable(),
  listener: z.string().nullable(),
  devices: z.array(z.object({ name: z.string(), memoryBytes: z.number(), freeBytes: z.number() })),
  disks: z.array(
    z.object({
      name: z.string(),
      path: z.string(),
      freeBytes: z.number(),
      totalBytes: z.number(),
      level: z.enum(['good', 'warning', 'critical']),
    }),
  ),
  memory: z.object({ totalBytes: z.number(), availableBytes: z.number() }),
  holders: z.array(z.object({ pid: count, name: z.string(), memoryBytes: z.number().nullable() })).default([]),
  graphics: z.string(),
});

const states = {
  answers: 'answers',
  silent: 'does not answer',
  gone: 'is gone: its process has ended',
  stopped: 'is stopped',
} as const;

/** Returns how production is, as a clause. */
export function seenText({ instance, state, latencyMs, queue, ...seen }: ServiceSeen): string {
  const time = latencyMs === null ? '' : ` in ${Math.round(latencyMs)} ms`;
  const waits = queue === null ? '' : `, ${queue.running} running and ${queue.pending} waiting`;
  const held = seen.process?.state === 'D' ? `, and the kernel holds its process ${seen.process.pid}` : '';
  return `${instance ?? 'production'} ${states[state]}${time}${waits}${held}`;
}

/** Returns the room where there is least of it, as a clause. */
export function roomText({ disks }: Pick<ServiceSeen, 'disks'>): string {
  const [least] = disks.toSorted((a, b) => a.freeBytes - b.freeBytes);
  return least === undefined ? 'no disk tells its room' : `${bytesText(least.freeBytes)} free at ${least.path}`;
}
