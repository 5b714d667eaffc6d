import { z } from 'zod';

import { exitCodes } from '../../base/fault-kinds.ts';
import { defineOperation } from '../operation.ts';
import { faultsOfKind, loadDefinitions, nBrokenField, requireDefinition } from './_definitions.ts';
import { playTests } from './_playbook-tests.ts';

const caseSchema = z.object({
  name: z.string().describe('What the case says.'),
  ok: z.boolean().describe('The playbook did what is expected.'),
  outcome: z.string().nullable().describe('How it ended: `done`, `failed` …; null where it could not be planned.'),
  order: z.array(z.string()).describe('Steps that started, in order.'),
  problems: z
    .array(
      z.object({
        message: z.string(),
        line: z.number().describe('Line in the test’s file.'),
        column: z.number(),
      }),
    )
    .describe('What was otherwise.'),
});

/** `orchestrate playbooks test [id]` */
export const playbooksTest = defineOperation({
  name: 'playbooks test',
  summary: 'Play playbooks as their tests say, without doing anything.',
  description: `Tests lie beside the playbooks, in playbooks/<id>.test.yaml: what is given (inputs, what actions report, conditions, answers of persons) and what is expected (order, what is left out, waits, what is taken back, the outcome). Ends with ${exitCodes.user} when one fails.`,
  effect: 'read',
  needs: 'home',
  input: z.object({
    playbook: z.string().nullable().default(null).describe('Its id; all playbooks otherwise.'),
  }),
  output: z.object({
    ok: z.boolean().describe('No case failed.'),
    nPassed: z.number(),
    nFailed: z.number(),
    tests: z.array(
      z.object({
        playbook: z.string(),
        file: z.string().describe('File of the test.'),
        problem: z.string().nullable().describe('Why none of its cases could be played, or null.'),
        cases: z.array(caseSchema),
      }),
    ),
    untested: z.array(z.string()).describe('Playbooks that have no test.'),
    nBroken: nBrokenField,
  }),
  positional: ['playbook'],
  examples: [
    { command: 'orchestrate playbooks test', explains: 'All tests, of built-in playbooks and of yours.' },
    {
      command: 'orchestrate playbooks test upgrade-pytorch',
      explains: 'The cases of one playbook, each with its outcome.',
    },
  ],
  async run(app, { playbook }) {
    const found = await loadDefinitions(app);
    if (playbook !== null) requireDefinition(found, { kind: 'playbooks', id: playbook, code: 'PLAYBOOK_NOT_FOUND' });
    const { tests, untested } = playTests(found, playbook);
    const cases = tests.flatMap((one) => one.cases);
    const nFailed = cases.filter(({ ok }) => !ok).length + tests.filter(({ problem }) => problem !== null).length;
    const nBroken = faultsOfKind(found.faults, 'playbooks').length;
    return { ok: nFailed === 0, nPassed: cases.filter(({ ok }) => ok).length, nFailed, tests, untested, nBroken };
  },
});
