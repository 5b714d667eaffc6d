import { z } from 'zod';

import { faultCodes } from '../../base/fault-codes.ts';
import type { FaultRecord, Position } from '../../base/fault.ts';
import { caretText } from '../../domain/definitions/caret.ts';

export { problemsOf } from '../../domain/definitions/faults.ts';

/** A fault as outputs carry it. */
export const faultSchema = z
  .object({
    code: z.enum(Object.keys(faultCodes) as [keyof typeof faultCodes]).describe('Permanent code, see docs/errors.md.'),
    kind: z
      .enum(['user', 'usage', 'busy', 'not-found', 'conflict', 'outside', 'waiting', 'bug', 'interrupted'])
      .describe('Decides the exit status.'),
    message: z.string().describe('What happened and why.'),
    hints: z.array(z.string()).readonly().describe('What to type next, most useful first.'),
    state: z.string().optional().describe('What state the work is in.'),
    at: z
      .object({ file: z.string(), line: z.number(), column: z.number(), text: z.string().optional() })
      .optional()
      .describe('Where in a text something is wrong.'),
    data: z.record(z.string(), z.unknown()).optional().describe('Facts for programs.'),
  })
  .describe('A failure as data.') as unknown as z.ZodType<FaultRecord>;

/** Returns a position as `file:line:column`, the line and a caret, for people. */
export const positionText = (at: Position): string => caretText(at);
