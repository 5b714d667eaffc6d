import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { defineOperation } from '../operation.ts';
import { newest } from '../views/journal-reader.ts';
import { changeIdField } from './_inputs.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate secrets allow <change>` */
export const secretsAllow = defineOperation({
  name: 'secrets allow',
  summary: 'Let a change merge that was stopped because of a secret.',
  description:
    'Before a change is proven, what it would bring to the branch is looked through: for values that this machine knows as secrets, and for what nothing but a key or token looks like. One that was found stops the change, with file, line and column. Say here that it is none, or that it may be public; your name and why are kept. Only what you were shown is let through.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    change: changeIdField.describe('The change that waits.'),
    comment: z.string().min(1).max(2000, 'has to be at most 2000 characters').describe('Why it may merge as it is.'),
  }),
  output: z.object({
    change: z.string(),
    places: z.array(z.string()).describe('What is let through: file, line, column and what it looks like.'),
    row: z.number().describe('Journal row that says so.'),
  }),
  positional: ['change'],
  examples: [
    {
      command: 'orchestrate secrets allow c9 --comment "the key of the documentation, it opens nothing"',
      explains: 'c9 is proven now, and asked about as any other change.',
    },
  ],
  async run(app, { change, comment }) {
    const { ledger } = await app.installation();
    const fault = newest(ledger, 'change.gated', `gate:${change}`)?.data.fault;
    if (fault?.code !== 'SECRET_FOUND')
      throw new Fault('NOTHING_TO_DO', `No secret stops ${change}.`, { hints: [`orchestrate review show ${change}`] });
    const marks = (fault.data?.['marks'] ?? []) as readonly string[];
    await app.ask('secret.allow', { change, marks, comment, by: personOf(app) });
    const allowed = newest(ledger, 'secret.allowed', `secret-allowed:${change}`);
    if (allowed === undefined) throw new Error(`what was allowed of ${change} is not on record`);
    return { change, places: [...allowed.data.places], row: allowed.seq };
  },
});
