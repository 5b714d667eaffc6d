import { z } from 'zod';

import { catalogue } from '../../domain/diagnosis/catalogue.ts';
import { severities } from '../../domain/diagnosis/finding.ts';
import { defineOperation } from '../operation.ts';
import { repairSchema } from '../views/diagnosis-view.ts';

/** `orchestrate diagnose list` */
export const diagnoseList = defineOperation({
  name: 'diagnose list',
  summary: 'List the failures that are known.',
  effect: 'read',
  needs: 'none',
  input: z.object({
    owner: z
      .enum(['env-setup', 'models-integ', 'ops-maint', 'person'])
      .nullable()
      .default(null)
      .describe('Only those that this tree, or a person, mends.'),
  }),
  output: z.object({
    signatures: z
      .array(
        z.object({
          id: z.string().describe('Its id; permanent.'),
          name: z.string().describe('Its name; permanent.'),
          severity: z.enum(severities).describe('How bad it is.'),
          owner: z.string().describe('Tree whose agents mend it, or `person`.'),
          repair: repairSchema.shape.how.describe('Who may mend it.'),
          cause: z.string().describe('Why it happens.'),
        }),
      )
      .describe('By id.'),
  }),
  examples: [
    { command: 'orchestrate diagnose list', explains: 'All of them.' },
    { command: 'orchestrate diagnose list --owner person', explains: 'What no agent mends.' },
  ],
  async run(_app, { owner }) {
    return {
      signatures: catalogue
        .filter((one) => owner === null || one.owner === owner)
        .map(({ id, name, severity, owner: by, repair, cause }) => ({
          ...{ id, name, severity, owner: by, repair: repair.how, cause },
        })),
    };
  },
});
