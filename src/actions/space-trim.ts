import { z } from 'zod';

import { durationField } from '../domain/definitions/units.ts';
import { bytesText } from '../domain/plans/amounts.ts';
import { defineAction } from './_context.ts';

const count = z.number().int();

/**
 * Removes logs of ended instances but the newest five, and temporary pictures of production, that are older. The server makes those anew.
 * Nothing else goes: no model, output, restore point, nothing of the trash. A repeat is safe.
 */
export const spaceTrim = defineAction({
  id: 'space.trim',
  summary: 'Remove old logs and temporary pictures, by rule',
  effect: 'write',
  input: z.object({ older: durationField({ least: '1h', most: '365d' }).prefault('7d') }),
  output: z.object({ nLogs: count, nTemporary: count, bytes: count, freeBytes: z.number(), trashBytes: z.number() }),
  run: ({ service }, { older }) => service.trim({ olderMs: older }),
  describe: ({ nLogs, nTemporary, bytes, freeBytes, trashBytes }) =>
    [
      `${nLogs} logs and ${nTemporary} temporary pictures removed, ${bytesText(bytes)}; ${bytesText(freeBytes)} are free`,
      ...(trashBytes === 0 ? [] : [`${bytesText(trashBytes)} lie in the trash, which only a person empties`]),
    ].join('; '),
});
