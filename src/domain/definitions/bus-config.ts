import { z } from 'zod';

import { type Address, findAddress } from '../bus/address.ts';
import { defaultBusLimits } from '../bus/limits.ts';
import { idField } from './fields.ts';
import { durationField } from './units.ts';

/** Groups of groups could name themselves; what only sends has no mailbox. */
const memberField = z.string().superRefine((text, context) => {
  const kind = findAddress(text)?.split(':')[0];
  if (kind === undefined || kind === 'group' || kind === 'supervisor')
    context.addIssue({
      code: 'custom',
      message: 'has to be an address such as agent:validation-engineer, tree:env-setup or person:anna, and no group',
    });
});

/** Section `bus` of `orchestrate.yaml`. */
export const busSchema = z
  .strictObject({
    mailbox: z.number().int().min(1).max(1_000_000).default(defaultBusLimits.mailbox),
    attempts: z.number().int().min(1).max(100).default(defaultBusLimits.attempts),
    keep: durationField({ least: '1h', most: '3650d' }).default(1_209_600_000),
    groups: z
      .record(idField, z.array(memberField).min(1).max(64))
      .default({})
      .refine((groups) => !('all' in groups), {
        message: 'is the group of every agent already',
        path: ['all'],
      }),
  })
  .prefault({});

/** Returns the section as the program uses it. */
export const busOf = ({ mailbox, attempts, keep, groups }: z.infer<typeof busSchema>): BusConfig => ({
  mailbox,
  attempts,
  keepSeconds: keep / 1000,
  groups: Object.fromEntries(
    Object.entries(groups).map(([name, members]) => [name, [...new Set(members)] as Address[]]),
  ),
});

/** Messages: how many a mailbox holds, how often one is tried, for how long one that is over is kept, and who is in which group. */
export interface BusConfig {
  readonly mailbox: number;
  readonly attempts: number;
  readonly keepSeconds: number;
  readonly groups: Readonly<Record<string, readonly Address[]>>;
}
