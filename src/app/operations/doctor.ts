import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { doctorAreas, type Finding, planRepairs } from '../../domain/doctor/finding.ts';
import { otherHint } from '../../domain/doctor/other-hint.ts';
import { type Fixed, planMoved } from '../../engine/doctor/fix.ts';
import { lookAt } from '../../engine/doctor/look.ts';
import type { App, Installation } from '../app.ts';
import { defineOperation } from '../operation.ts';
import { newest } from '../views/journal-reader.ts';
import { checkAgentPrograms } from './_doctor-agent-programs.ts';
import { checkOf, type DoctorCheck, findingOf } from './_doctor-check.ts';
import { checkInstallation } from './_doctor-installation.ts';
import { checkMachine } from './_doctor-machine.ts';
import { checkProviders } from './_doctor-providers.ts';
import { checkSandbox } from './_doctor-sandbox.ts';
import { checkSchema, findingSchema, fixedSchema } from './_doctor-schema.ts';
import { checkWall } from './_doctor-wall.ts';
import { saidYesField, seenPlanField } from './_inputs.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate doctor` */
export const doctor = defineOperation({
  name: 'doctor',
  summary: 'Check the machine and the installation; --fix repairs what can be repaired without losing anything.',
  description:
    'Looks at the tools of the machine, programs of agents and their logins, the sandbox and the wall, keys and prices of language models, disk, definitions, home and ports, and compares the records with each other and with the world: journal, store, restore tags, locks, processes, instances, production, slots, leases, environments, kept wheels, trash, open changes, memory and bus. Each disagreement has an id, what says so, and what repairs it. Without --fix nothing is changed. With it the safe repairs are shown and asked about; each is carried out by the supervisor only while the disagreement is still the one that was shown, and what goes, goes to the trash. The rest is for a person.',
  effect: 'write',
  everyday: true,
  needs: 'none',
  asksFirst: true,
  input: z.object({
    fix: z.boolean().default(false).describe('Show the safe repairs, ask, and carry them out.'),
    deep: z.boolean().default(false).describe('Read every environment and kept wheel whole; takes a while.'),
    dryRun: z.boolean().default(false).describe('With --fix: show the repairs and carry none out.'),
    yes: saidYesField,
    plan: seenPlanField,
  }),
  output: z.object({
    ok: z.boolean().describe('Every check is good.'),
    state: z
      .enum(['looked', 'planned', 'fixed', 'nothing'])
      .describe('`planned`: nothing was repaired yet; `nothing`: there is nothing to repair safely.'),
    hash: z.string().describe('Names the safe repairs: what is shown is what is done.'),
    checks: z.array(checkSchema).describe('What was looked at, in order.'),
    findings: z.array(findingSchema).describe('Every disagreement, each once.'),
    repairs: z.array(fixedSchema).describe('What was done of the repairs; empty until then.'),
    row: z.number().nullable().describe('Journal row that holds it, once it was done.'),
  }),
  confirm: (input, planned) => ({ ...input, yes: true, plan: planned.hash }),
  examples: [
    { command: 'orchestrate doctor', explains: 'Before `init`, or when something is odd.' },
    { command: 'orchestrate doctor --fix', explains: 'Show the safe repairs, ask, and carry them out.' },
    { command: 'orchestrate doctor --deep --json', explains: 'Read every file, and answer for a program.' },
  ],
  async run(app, { fix, deep, dryRun, yes, plan: seen }) {
    const looked = await lookAround(app, deep);
    const { repairs, hash } = planRepairs(looked.disagreements, (text) => app.outside.digest.sha256(text));
    const shown = { ...answerOf(looked), hash, repairs: [], row: null };
    if (!fix) return { state: 'looked' as const, ...shown };
    if (seen !== null && !hash.startsWith(seen)) throw planMoved();
    if (repairs.length === 0) return { state: 'nothing' as const, ...shown };
    if (dryRun || !yes) return { state: 'planned' as const, ...shown };
    await app.ask('doctor.fix', { repairs, hash, by: personOf(app) });
    const fixed = newest((await app.installation()).ledger, 'doctor.fixed', 'doctor');
    if (fixed === undefined) throw new Error('what was repaired is not on record');
    const done = fixed.data.repairs.map((one: Fixed) => ({ ...one }));
    return {
      state: 'fixed' as const,
      ...answerOf(await lookAround(app, deep)),
      hash,
      repairs: done,
      row: fixed.seq,
    };
  },
});

interface LookedAround {
  readonly checks: readonly DoctorCheck[];
  /** What the records and the world do not agree on: of these some are repaired. */
  readonly disagreements: readonly Finding[];
  /** Those, and every check that failed for another reason. */
  readonly findings: readonly (Omit<Finding, 'area'> & { readonly area: string })[];
}

/** Machine first, then the installation; a finding is told once, in the list and as the check of its area. */
async function lookAround(app: App, isDeep: boolean): Promise<LookedAround> {
  const { installation, check } = await openInstallation(app);
  const checks = [
    ...(await checkMachine(app, installation)),
    ...(await checkSandbox(app)),
    ...(await checkProviders(app, installation)),
    await checkWall(app),
    ...(await checkAgentPrograms(app)),
    check,
  ];
  const disagreements: Finding[] = [];
  if (installation !== undefined) {
    const context = { ...installation, outside: app.outside };
    for (const area of doctorAreas) {
      const looked = await lookAt(context, area, { isDeep });
      checks.push(checkOf(area, looked));
      disagreements.push(...looked.findings);
    }
    checks.push(...(await checkInstallation(app, installation)));
  }
  const told = new Set<string>(doctorAreas);
  const others = checks.filter(({ id, ok }) => !ok && (installation === undefined || !told.has(id)));
  return { checks, disagreements, findings: [...others.map(findingOf), ...disagreements] };
}

const answerOf = ({ checks, findings }: LookedAround) => ({
  ok: checks.every(({ ok }) => ok),
  checks: checks.map((one) => ({ ...one })),
  findings: findings.map((one) => ({ ...one, evidence: [...one.evidence], repair: { ...one.repair } })),
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
        hint: otherHint(error.hints),
      },
    };
  }
}
