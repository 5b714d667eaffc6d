import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { findDurationMs } from '../../domain/definitions/units.ts';
import { chooseEmergency } from '../../domain/emergencies/choose.ts';
import { type Emergency, emergencies } from '../../domain/emergencies/emergency.ts';
import { requirePerson } from '../../engine/policy/answerer.ts';
import type { App } from '../app.ts';
import { defineOperation } from '../operation.ts';
import { emergencyDrillSchema } from '../views/emergency-drill-view.ts';
import { emergencyRecord, emergencySchema, emergencyView, signView } from '../views/emergency-view.ts';
import { type JournalReader, rowOf } from '../views/journal-reader.ts';
import { machineState } from '../views/machine-state.ts';
import { runSchema } from '../views/run-view.ts';
import { drillEmergencies, requireDrilled } from './_emergency-drill.ts';
import { emergencyFacts } from './_emergency-facts.ts';
import { detachField, dryRunField, yesField } from './_inputs.ts';
import { namedValues } from './_named-values.ts';
import { acceptedRun, personOf, requireRun } from './_run-output.ts';

const output = z.object({
  state: z
    .enum(['started', 'nothing', 'unanswered', 'drilled'])
    .describe(
      '`nothing`: nothing is wrong that can be seen; no run was made. `unanswered`: something is, and no playbook answers it. `drilled`: see `drills`.',
    ),
  ok: z
    .boolean()
    .describe('False where something is wrong that nothing answers, or a drill did not come to a good end.'),
  emergency: emergencySchema.nullable().describe('What was chosen, and why; null: nothing.'),
  hints: z
    .array(z.string())
    .describe('Where nothing was chosen: what was seen that is not good, and is no emergency by itself.'),
  run: runSchema.nullable().describe('The run that answers it; null: none was made.'),
  drills: z.array(emergencyDrillSchema).describe('With --drill: what came of each.'),
});
type Output = z.infer<typeof output>;

const sinceDefault = '1h';

/** `orchestrate respond ["symptom"]` */
export const respond = defineOperation({
  name: 'respond',
  summary: 'Answer an emergency: look what is wrong, choose the playbook, and run it.',
  description:
    'Looks at open alerts, at what production’s log says, at its health, and at the words that you give; chooses one of eight playbooks by the strongest sign, says why and what else was possible, and runs it: evidence is kept first, repairs are graded, and what may not be done by a program is asked. Where nothing is wrong that can be seen it says so and ends well. Ctrl-C does not stop the run. With --drill it shows all that on an installation that is made for it and thrown away: nothing of yours is touched.',
  effect: 'write',
  everyday: true,
  needs: 'none',
  follows: true,
  input: z.object({
    symptom: z
      .string()
      .trim()
      .min(1, 'has to say what is wrong')
      .max(500, 'has to be at most 500 characters')
      .nullable()
      .default(null)
      .describe('What is wrong, in your words; left out: what is seen decides. With --drill: which one, or `all`.'),
    playbook: z.enum(emergencies).nullable().default(null).describe('Run this playbook, whatever is seen.'),
    since: z
      .string()
      .refine((text) => findDurationMs(text) !== undefined, 'has to be a time like 30m, 1h or 2d')
      .default(sinceDefault)
      .describe('How far back logs and findings are looked at.'),
    set: z.array(z.string()).default([]).describe('An input of the playbook, as name=value; may be repeated.'),
    drill: z
      .boolean()
      .default(false)
      .describe('Break an installation that is made for it, and tell the times to detect, to decide and to recover.'),
    dryRun: dryRunField,
    yes: yesField,
    detach: detachField,
  }),
  output,
  positional: ['symptom'],
  followed: { runOf: ({ run }: Output) => run, with: (before: Output, run) => ({ ...before, run }) },
  examples: [
    { command: 'orchestrate respond', explains: 'Something is wrong: look, and do what helps.' },
    { command: 'orchestrate respond "it is black since the update"', explains: 'With what you know.' },
    { command: 'orchestrate respond --dry-run', explains: 'Say what would be done, and why.' },
    { command: 'orchestrate respond --playbook disk-full', explains: 'You know better than what is seen.' },
    {
      command: 'orchestrate respond --drill out-of-memory',
      explains: 'Show it on an installation that is thrown away.',
    },
    {
      command: 'orchestrate respond --drill all --json',
      explains: 'All eight, for a program. Takes a quarter of an hour.',
    },
  ],
  async run(app, input): Promise<Output> {
    const { symptom, playbook, since, set, dryRun, yes } = input;
    if (input.drill) {
      // It takes longer than a program is answered in.
      requirePerson(personOf(app), 'a drill');
      const wanted = requireDrilled({ symptom, playbook, others: besideDrill(input) });
      const drills = [...(await drillEmergencies(app, wanted))];
      return { ...nothing, state: 'drilled', ok: drills.every(({ ok }) => ok), drills };
    }
    const sinceMs = app.outside.clock.nowMs() - (findDurationMs(since) ?? 0);
    const inputs = namedValues(set, 'orchestrate respond --help');
    const choice = chooseEmergency(await emergencyFacts(app, { words: symptom, sinceMs }));
    if (playbook === null && choice.kind === 'none') {
      if (choice.words !== null && !choice.isUnanswered) throw unknown(choice.words);
      const hints = choice.hints.map((one) => signView(one).sentence);
      return choice.isUnanswered ? { ...nothing, state: 'unanswered', ok: false, hints } : { ...nothing, hints };
    }
    const emergency = emergencyView(choice, playbook);
    tell(app, emergency);
    const open = dryRun ? undefined : openAnswer((await app.installation()).ledger, emergency.chosen.playbook);
    if (open !== undefined) {
      app.narrate(`${open} answers it already`);
      return { ...nothing, state: 'started', emergency, run: await requireRun(app, open) };
    }
    const answer = await app.ask('run.start', {
      goal: symptom ?? `respond: ${emergency.chosen.playbook}`,
      options: {
        previewOnly: dryRun,
        yes,
        until: null,
        playbook: emergency.chosen.playbook,
        inputs,
        priority: 'critical',
      },
      by: personOf(app),
      emergency: emergencyRecord(emergency),
    });
    return { ...nothing, state: 'started', emergency, run: await acceptedRun(app, answer) };
  },
});

/** What a drill would pass over without a word. */
const besideDrill = ({ since, set, dryRun, yes, detach }: BesideDrill): readonly string[] => [
  ...(dryRun ? ['--dry-run'] : []),
  ...(yes ? ['--yes'] : []),
  ...(detach ? ['--detach'] : []),
  ...(set.length > 0 ? ['--set'] : []),
  ...(since === sinceDefault ? [] : ['--since']),
];

interface BesideDrill {
  readonly since: string;
  readonly set: readonly string[];
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly detach: boolean;
}

const nothing: Output = { state: 'nothing', ok: true, emergency: null, hints: [], run: null, drills: [] };

/** Runs that are looked at: an older one has ended. */
const maxRuns = 50;

/** The run that answers this emergency and goes on: a second one would restart what the first one watches. */
function openAnswer(reader: JournalReader, playbook: Emergency): string | undefined {
  return reader
    .read({ kinds: ['run.created'], descending: true, limit: maxRuns })
    .flatMap((entry) => rowOf('run.created', entry) ?? [])
    .find(({ data: { run, emergency, options } }) => {
      const isSame = emergency?.playbook === playbook && !options.previewOnly;
      return isSame && machineState(reader, run)?.isFinal === false;
    })?.data.run;
}

/** Somebody says that something is wrong: that is not answered with "nothing is". */
const unknown = (words: string): Fault =>
  new Fault(
    'EMERGENCY_UNKNOWN',
    `Nothing is wrong that can be seen, and ${JSON.stringify(words)} names no emergency that is known.`,
    {
      hints: [
        'orchestrate diagnose',
        'orchestrate health',
        `orchestrate respond --playbook <${emergencies.join('|')}>`,
      ],
      state: 'Nothing was changed.',
      data: { known: [...emergencies] },
    },
  );

function tell(app: App, { chosen, byHand, others }: NonNullable<Output['emergency']>): void {
  const because = byHand ? 'you named it' : (chosen.why[0]?.sentence ?? '');
  const rows = byHand ? [] : (chosen.why[0]?.rows ?? []);
  app.narrate(`${chosen.playbook}: ${because}${rows.map((row) => ` #${row}`).join('')}`);
  for (const one of others) app.narrate(`also possible: ${one.playbook}: ${one.why[0]?.sentence ?? ''}`);
}
