import { z } from 'zod';

import { type ActionContext, defineAction } from './_context.ts';
import { serviceLook } from './service-look.ts';

/** Models that are looked for. */
const maxNames = 10;
/** Workflows of the person that are looked through. */
const maxWorkflows = 200;

const output = z.object({
  models: z.array(
    z.object({
      name: z.string(),
      /** Workflows of the installation that name it. */
      workflows: z.array(z.string()),
      /** Its place below the folder of models; null: it is not there. */
      here: z.string().nullable(),
      /** Files with a name like it. */
      like: z.array(z.string()),
    }),
  ),
});

/**
 * Looks for the models that the looks before it found missing or broken, or for one by name: which workflow asks for it, whether it lies
 * there, and what is named like it. By names alone: what is in a file is not said. Changes nothing.
 */
export const modelsFind = defineAction({
  id: 'models.find',
  summary: 'Find missing models, and files that are named like them',
  effect: 'read',
  input: z.object({ name: z.string().max(200).default('') }),
  output,
  async run(context, { name }) {
    const names = name === '' ? missingOf(context) : [name];
    const texts = await workflowTexts(context);
    const found = await context.service.findModels(names.slice(0, maxNames));
    return {
      models: found.map((one) => ({
        ...one,
        like: [...one.like],
        workflows: texts
          .filter(({ text }) => text.includes(JSON.stringify(one.name).slice(1, -1)))
          .map((of) => of.name),
      })),
    };
  },
  describe: ({ models }) =>
    models.length === 0
      ? 'no model is said to be missing'
      : models
          .map(({ name, here, like, workflows }) =>
            [
              `${name}${workflows.length === 0 ? '' : ` (${workflows.join(', ')})`}:`,
              here !== null
                ? `lies at ${here}`
                : like.length === 0
                  ? 'is not there'
                  : `is not there; like it: ${like.join(', ')}`,
            ].join(' '),
          )
          .join('; '),
});

/** Model files that are to blame for something that is not over. */
function missingOf({ before }: ActionContext): readonly string[] {
  const names = before
    .filter(({ action }) => action === serviceLook.id)
    .flatMap(({ output: reported }) => serviceLook.output.safeParse(reported).data?.findings ?? [])
    .flatMap(({ culprit, isOver }) => (culprit?.startsWith('model:') === true && !isOver ? [culprit.slice(6)] : []));
  return [...new Set(names)];
}

async function workflowTexts({ slot, files }: ActionContext) {
  const dir = `${slot.dir}/workflows`;
  if ((await files.info(dir))?.kind !== 'directory') return [];
  const names = (await files.list(dir)).filter((name) => name.endsWith('.json')).slice(0, maxWorkflows);
  return Promise.all(
    names.map(async (name) => ({ name: name.slice(0, -5), text: (await files.readText(`${dir}/${name}`)) ?? '' })),
  );
}
