import { z } from 'zod';

import { principalOf } from '../../domain/policy/principals.ts';
import { defineOperation } from '../operation.ts';

/** `orchestrate principals list` */
export const principalsList = defineOperation({
  name: 'principals list',
  summary: 'List who may approve changes, and who you are to the policy.',
  description:
    'Without `principals:` in orchestrate.yaml everybody who can use this installation may approve, by login. With it, only those who are named there: by a login, or by the SSH key of a signature.',
  effect: 'read',
  needs: 'home',
  input: z.object({}),
  output: z.object({
    login: z.string().describe('Your login.'),
    you: z.string().nullable().describe('The principal that your login is, or null: none, or several.'),
    startedBy: z.string().nullable().describe('The program of ours that typed this, which is then no person; or null.'),
    principals: z
      .array(
        z.object({
          name: z.string(),
          osUsers: z.array(z.string()).describe('Logins.'),
          sshKeys: z.array(z.string()).describe('Public keys whose signatures count.'),
          trees: z.array(z.string()).describe('Trees whose changes it may approve; empty: all.'),
          mayBreakGlass: z.boolean().describe('May pass over the policy in an emergency.'),
          at: z.string().describe('Where it is written.'),
        }),
      )
      .describe('In the order in which they are written.'),
  }),
  examples: [{ command: 'orchestrate principals list', explains: 'Who may approve.' }],
  async run(app) {
    const { config } = await app.installation();
    const { userName, startedBy } = app.outside.host;
    const known = principalOf(config.principals, userName);
    return {
      login: userName,
      you: known.kind === 'one' ? known.principal.name : null,
      startedBy,
      principals: (config.principals ?? []).map((one) => ({
        ...one,
        osUsers: [...one.osUsers],
        sshKeys: [...one.sshKeys],
        trees: [...one.trees],
      })),
    };
  },
});
