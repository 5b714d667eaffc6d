import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { findSignature } from '../../domain/diagnosis/catalogue.ts';
import { defineOperation } from '../operation.ts';
import { findingPage } from '../views/finding-page.ts';
import { rowsOf } from '../views/journal-reader.ts';
import { runSchema } from '../views/run-view.ts';
import { detachField, dryRunField, yesField } from './_inputs.ts';
import { acceptedRun, personOf, runOptions } from './_run-output.ts';

/** `orchestrate diagnose write <signature>` */
export const diagnoseWrite = defineOperation({
  name: 'diagnose write',
  summary: 'Write down what is on record of a failure, below docs/ops-maint/.',
  description:
    'Makes a page of the journal rows about it: how often and when it was seen, whom it hit, what showed it, what mends it. It becomes a change like every other: it is shown, reviewed and merged, and can be undone. Memory keeps the count by itself, in swarm/ops-maint/findings/.',
  effect: 'write',
  needs: 'home',
  follows: true,
  input: z.object({
    signature: z.string().min(1).max(80).describe('Id or name, `S56` or `cuda-oom`.'),
    dryRun: dryRunField,
    yes: yesField,
    detach: detachField,
  }),
  output: runSchema,
  positional: ['signature'],
  examples: [
    { command: 'orchestrate diagnose write S56', explains: 'docs/ops-maint/finding-s56.md, after you approved it.' },
    { command: 'orchestrate diagnose write S56 --dry-run', explains: 'The plan alone.' },
  ],
  async run(app, input) {
    const state = 'Nothing was changed.';
    const signature = findSignature(input.signature);
    if (signature === undefined)
      throw new Fault('SIGNATURE_NOT_FOUND', `No failure signature is called ${JSON.stringify(input.signature)}.`, {
        hints: ['orchestrate diagnose list'],
        state,
      });
    const { ledger } = await app.installation();
    const rows = rowsOf(ledger, 'diagnosis.found').filter(({ data }) => data.signature === signature.id);
    if (rows.length === 0)
      throw new Fault(
        'FINDING_NOT_FOUND',
        `${signature.id} is not on record: it was not seen while a supervisor ran.`,
        {
          hints: ['orchestrate journal tail --kind diagnosis.found', 'orchestrate diagnose'],
          state,
        },
      );
    const name = `finding-${signature.id.toLowerCase()}`;
    const inputs = { name, text: findingPage(signature, rows) };
    const options = { ...runOptions(input), playbook: 'write-finding', inputs };
    return acceptedRun(app, await app.ask('run.start', { goal: `write finding ${name}`, options, by: personOf(app) }));
  },
});
