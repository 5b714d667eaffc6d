import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { fillKit } from '../../domain/kits/fill.ts';
import type { Kit } from '../../domain/kits/kit.ts';
import { requireValues, valuesOf } from '../../domain/kits/parameter.ts';
import type { App } from '../app.ts';
import { requireKit } from '../kits/shelf.ts';
import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { detachField, dryRunField, yesField } from './_inputs.ts';
import { kitIdField, setField } from './_kits.ts';
import { acceptedRun, personOf, runOptions } from './_run-output.ts';

const playbook = 'apply-template';

/** `orchestrate templates apply <id>` */
export const templatesApply = defineOperation({
  name: 'templates apply',
  summary: 'Write the files of a template as a change: planned, proven, reviewed, merged.',
  description:
    'Fills the parameters in and hands the files to a run. The plan shows each file; a path that is in the scope of no tree is refused. Start arguments go into orchestrate.yaml, which makes the risk high and asks a person. `undo` takes it back like every other change. `templates show` prints the same files and writes nothing.',
  effect: 'write',
  needs: 'home',
  follows: true,
  input: z.object({ id: kitIdField, set: setField, dryRun: dryRunField, yes: yesField, detach: detachField }),
  output: runSchema,
  positional: ['id'],
  examples: [
    { command: 'orchestrate templates apply gpu-rtx-3060 --dry-run', explains: 'Show the plan and execute nothing.' },
    {
      command: 'orchestrate templates apply workflow-text-to-image --set checkpoint=sd_xl_base_1.0.safetensors',
      explains: 'A workflow that every later change has to run.',
    },
  ],
  async run(app, input) {
    const { kit, texts } = await requireKit(app, input.id);
    await requireApplicable(app, kit);
    const { files, startArguments } = fillKit(kit, texts, requireValues(kit.id, valuesOf(kit, input.set)));
    const inputs = {
      template: kit.id,
      files: JSON.stringify(files.map(({ path, text }) => ({ path, text }))),
      arguments: JSON.stringify(startArguments),
    };
    const options = { ...runOptions(input), playbook, inputs };
    const answer = await app.ask('run.start', { goal: `apply template ${kit.id}`, options, by: personOf(app) });
    return acceptedRun(app, answer);
  },
});

async function requireApplicable(app: App, kit: Kit): Promise<void> {
  const { config, definitions } = await app.installation();
  const refuse = (sentence: string, hints: readonly string[]): Fault =>
    new Fault('TEMPLATE_NOT_APPLICABLE', sentence, { hints: [...hints], state: 'Nothing was changed.' });
  if (kit.kind === 'installation') throw refuse(`${kit.id} begins an installation; here is one already.`, kit.next);
  if (kit.fits !== null && kit.fits !== config.template)
    throw refuse(`${kit.id} is for installations of kind ${kit.fits}; this one is of kind ${config.template}.`, [
      'orchestrate templates list',
    ]);
  if (!definitions.playbooks.has(playbook))
    throw refuse(`Installations of kind ${config.template} have no playbook ${playbook}.`, [
      `orchestrate templates show ${kit.id}   (prints the files; commit them by hand)`,
    ]);
}
