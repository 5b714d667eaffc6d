import { z } from 'zod';

import { faultCodes, type FaultCode } from '../../base/fault-codes.ts';

/** What kind of failure a workflow ended with, and at which nodes of its graph. */
export const workflowFault = z.object({
  code: z
    .string()
    .refine((code): code is FaultCode => Object.hasOwn(faultCodes, code))
    .describe('A fault code, e.g. WORKFLOW_CYCLE.'),
  nodes: z
    .array(z.string())
    .readonly()
    .describe('Ids of the nodes of its graph that it is about; empty where none was named.'),
});

export type WorkflowFault = Readonly<z.infer<typeof workflowFault>>;

/** Returns what to type next about workflows that failed so, most useful first. */
export const hintsOf = (faults: readonly (WorkflowFault | undefined)[]): readonly string[] => [
  ...new Set(faults.flatMap((fault) => (fault === undefined ? [] : faultCodes[fault.code].hints))),
];
