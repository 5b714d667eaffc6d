import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import type { App, Installation } from '../app.ts';
import { defineOperation } from '../operation.ts';
import type { DoctorCheck } from './_doctor-check.ts';
import { checkInstallation } from './_doctor-installation.ts';
import { checkMachine } from './_doctor-machine.ts';

/** `orchestrate doctor` */
export const doctor = defineOperation({
  name: 'doctor',
  summary: 'Check the machine and the installation; change nothing.',
  description:
    'Looks at Node, git, Python, disk, definitions, journal, store, home, ports and locks. Each check says what it saw and, where something is wrong, what to type.',
  effect: 'read',
  everyday: true,
  needs: 'none',
  input: z.object({}),
  output: z.object({
    ok: z.boolean().describe('Every check is good.'),
    checks: z
      .array(
        z.object({
          id: z.string().describe('What was looked at.'),
          ok: z.boolean().describe('It is good.'),
          fact: z.string().describe('What was seen.'),
          hint: z.string().nullable().describe('What to do about it, or null.'),
        }),
      )
      .describe('In the order in which they were made.'),
  }),
  examples: [{ command: 'orchestrate doctor', explains: 'Before `init`, or when something is odd.' }],
  async run(app) {
    const { installation, check } = await openInstallation(app);
    const checks = [
      ...(await checkMachine(app, installation)),
      check,
      ...(installation === undefined ? [] : await checkInstallation(app, installation)),
    ];
    return { ok: checks.every(({ ok }) => ok), checks };
  },
});

/** Being outside of an installation is no fault of the machine; a broken definition is. */
async function openInstallation(app: App): Promise<{ installation: Installation | undefined; check: DoctorCheck }> {
  try {
    const installation = await app.installation();
    const { agents, trees, playbooks } = installation.definitions;
    return {
      installation,
      check: {
        id: 'definitions',
        ok: true,
        fact: `${agents.size} agents, ${trees.size} trees, ${playbooks.size} playbooks and orchestrate.yaml are well-formed`,
        hint: null,
      },
    };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.code === 'HOME_NOT_FOUND')
      return {
        installation: undefined,
        check: { id: 'home', ok: true, fact: `no installation around ${app.cwd}`, hint: 'orchestrate init --help' },
      };
    const where = error.at === undefined ? '' : ` (${error.at.file}:${error.at.line}:${error.at.column})`;
    return {
      installation: undefined,
      check: {
        id: error.code.startsWith('LEDGER_') ? 'journal' : 'definitions',
        ok: false,
        fact: `${error.code}: ${error.message}${where}`,
        hint: error.hints.find((hint) => hint !== 'orchestrate doctor') ?? null,
      },
    };
  }
}
