import { z } from 'zod';

import { durationField, sizeField } from './units.ts';

/** Section `monitoring` of `orchestrate.yaml`. */
export const monitoringSchema = z
  .strictObject({
    interval: durationField({ least: '5s', most: '1h' }).default(60_000),
    'disk-warning': sizeField({ least: '0 B', most: '100 TiB' }).default(10 * 1024 ** 3),
    'disk-critical': sizeField({ least: '0 B', most: '100 TiB' }).default(2 * 1024 ** 3),
    'memory-warning': z.number().min(0).max(0.9).default(0.08),
    patience: z.number().int().min(1).max(60).default(3),
  })
  .refine((section) => section['disk-critical'] <= section['disk-warning'], {
    message: 'is above disk-warning',
    path: ['disk-critical'],
  })
  .prefault({});

/** Returns the section as the program uses it. */
export const monitoringOf = (section: z.infer<typeof monitoringSchema>): MonitoringConfig => ({
  intervalMs: section.interval,
  diskWarningBytes: section['disk-warning'],
  diskCriticalBytes: section['disk-critical'],
  memoryWarning: section['memory-warning'],
  patience: section.patience,
});

/** How often the installation is measured, and what is told. */
export interface MonitoringConfig {
  readonly intervalMs: number;
  /** Free bytes below which a disk is told as short, and as full. */
  readonly diskWarningBytes: number;
  readonly diskCriticalBytes: number;
  /** Part of the machine's memory that is available at least, 0 to 0.9; below it memory is short. */
  readonly memoryWarning: number;
  /** Measurements in a row that have to say the same before it is told: one alone is a jitter. */
  readonly patience: number;
}
