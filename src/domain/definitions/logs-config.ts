import { z } from 'zod';

import { sizeField } from './units.ts';

/** Section `logs` of `orchestrate.yaml`. */
export const logsSchema = z
  .strictObject({
    size: sizeField({ least: '64 KiB', most: '100 GiB' }).default(64 * 1024 ** 2),
    keep: z.number().int().min(2).max(1000).default(5),
  })
  .prefault({});

/** Returns the section as the program uses it. */
export const logsOf = ({ size, keep }: z.infer<typeof logsSchema>): LogsConfig => ({ sizeBytes: size, keep });

/** How large the logs of services get. */
export interface LogsConfig {
  /** A log that is larger is put away. */
  readonly sizeBytes: number;
  /** Logs of one instance that were put away and are kept: its first, and the newest. */
  readonly keep: number;
}
