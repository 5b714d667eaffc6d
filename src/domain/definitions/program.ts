import { z } from 'zod';

import { readinessProblem } from '../templates/readiness.ts';
import type { ServiceProgram } from './types.ts';
import { durationField } from './units.ts';

const word = z
  .string()
  .max(1_000)
  .refine((text) => !text.includes('\0'), 'has a NUL character');

const command = z
  .array(word)
  .max(64)
  .superRefine((argv, context) => {
    if (argv.length > 0 && (argv[0] ?? '').trim() === '')
      context.addIssue({ code: 'custom', message: 'names no program', path: [0] });
  });

/** `program` of `orchestrate.yaml`. */
export const programSchema = z
  .strictObject({
    start: command.min(1),
    ready: z.string().max(500),
    setup: command.default([]),
    checks: z.array(command.min(1)).max(32).default([]),
    'command-time': durationField({ least: '1s', most: '6h' }).default(600_000),
  })
  .superRefine(({ ready }, context) => {
    const problem = readinessProblem(ready);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem, path: ['ready'] });
  })
  .transform(({ start, ready, setup, checks, 'command-time': commandMs }): ServiceProgram => ({
    ...{ start, ready, setup, checks },
    commandSeconds: commandMs / 1000,
  }));
