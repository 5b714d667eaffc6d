import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { newest } from '../views/journal-reader.ts';
import { personOf } from './_run-output.ts';

const triedSchema = z.object({
  name: z.string(),
  arrived: z.boolean(),
  reason: z.string().nullable().describe('Why it did not arrive, or null.'),
  row: z.number().describe('Journal row that says so.'),
});

/** `orchestrate alerts test [target]` */
export const alertsTest = defineOperation({
  name: 'alerts test',
  summary: 'Send a test to those who are told of alerts, and say what each answered.',
  description: 'Ends with 1 where it did not arrive at one of them.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    name: z
      .string()
      .min(1)
      .max(40)
      .nullable()
      .default(null)
      .describe('Its name below alerts.targets; left out: all of them.'),
  }),
  output: z.object({ ok: z.boolean().describe('It arrived at all of them.'), targets: z.array(triedSchema) }),
  positional: ['name'],
  examples: [{ command: 'orchestrate alerts test team', explains: 'A notice that says that it is a test.' }],
  async run(app, { name: target }) {
    const { sentence: request } = await app.ask('alert.test', { target, by: personOf(app) });
    const { ledger, config } = await app.installation();
    const targets = config.alerts.targets.flatMap(({ name }): z.infer<typeof triedSchema>[] => {
      const told = newest(ledger, 'alert.told', `test:${name}:${request}`);
      if (told !== undefined) return [{ name, arrived: true, reason: null, row: told.seq }];
      const failed = newest(ledger, 'alert.notTold', `test:${name}:${request}`);
      return failed === undefined ? [] : [{ name, arrived: false, reason: failed.data.fault.message, row: failed.seq }];
    });
    return { ok: targets.every(({ arrived }) => arrived), targets };
  },
});
