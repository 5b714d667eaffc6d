import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import type { TemplateId } from '../../domain/definitions/types.ts';
import type { App } from '../app.ts';
import { ejectAll, finishEject } from '../eject/carry-out.ts';
import { planEject } from '../eject/plan-eject.ts';
import { ejectService } from '../eject/service/carry-out.ts';
import { planServiceEject } from '../eject/service/plan.ts';
import { defineOperation } from '../operation.ts';
import { newest } from '../views/journal-reader.ts';
import { supervisorStop } from './supervisor-stop.ts';

/** `orchestrate eject` */
export const eject = defineOperation({
  name: 'eject',
  summary: 'Take orchestrate away again: everything it wrote, and nothing else.',
  description:
    'Removes the home, the record and the environments that orchestrate built. The ComfyUI folder and the environment that was adopted are not touched. Files of yours keep it from going on: in the home, with edits, in slots, in trash, prompts that wait, user folders that were kept, and what only the record’s store still has: backups of the trash, what was left in opened slots or by dead agents, work that was submitted and not merged. With --keep-files they stay where they are; what lies in the record is written to a folder beside the home, work as the branches of a bare repository.',
  effect: 'destroy',
  needs: 'home',
  commandLineOnly: true,
  input: z.object({
    keepFiles: z
      .boolean()
      .default(false)
      .describe(
        'Leave your files where they are, write what is kept in the record beside the home, and remove the rest.',
      ),
    dryRun: z.boolean().default(false).describe('Show what would be removed, and remove nothing.'),
    yes: z.boolean().default(false).describe('Remove without asking.'),
  }),
  output: z.object({
    state: z.enum(['planned', 'ejected']).describe('`planned`: nothing was removed.'),
    home: z.string(),
    id: z.string(),
    removes: z
      .array(z.object({ path: z.string(), bytes: z.number().describe('Bytes that become free.') }))
      .describe('Everything that is removed.'),
    keeps: z
      .array(z.object({ path: z.string(), why: z.string() }))
      .describe('Files of yours, relative to the home; absolute outside.'),
    writtenTo: z
      .string()
      .nullable()
      .describe(
        'Folder beside the home into which prompts, user folders and work (`work.git`) of the record are written, or null.',
      ),
    untouched: z.array(z.string()).describe('What was adopted and stays as it is.'),
  }),
  asksFirst: true,
  examples: [
    { command: 'orchestrate eject --dry-run', explains: 'Show what would be removed.' },
    { command: 'orchestrate eject --keep-files --yes', explains: 'Remove it; files of yours in the home stay.' },
  ],
  async run(app, { keepFiles, dryRun, yes }) {
    const rest = yes && !dryRun ? await restOf(app) : undefined;
    if (rest !== undefined)
      return {
        state: 'ejected' as const,
        ...rest,
        removes: [{ path: rest.home, bytes: 0 }],
        keeps: [],
        writtenTo: null,
        untouched: [],
      };
    if ((await requireTemplate(app)) === 'service') return serviceEject(app, { keepFiles, dryRun, yes });
    const plan = await planEject(app);
    if (plan.keeps.length > 0 && !keepFiles && !dryRun) {
      const few = plan.keeps.slice(0, 8).map(({ path, why }) => `${path} (${why})`);
      const more = plan.keeps.length > few.length ? ` and ${plan.keeps.length - few.length} more` : '';
      throw new Fault('HOME_DIRTY', `Files of yours would be lost with ${plan.home}: ${few.join(', ')}${more}.`, {
        hints: [
          `orchestrate eject --keep-files   (leaves them where they are${plan.rescue === null ? '' : `; those outside the home go to ${plan.rescue.dir}`})`,
          'Or move them away first.',
        ],
        state: 'Nothing was removed.',
        data: { keeps: plan.keeps.map(({ path, why }) => ({ path, why })) },
      });
    }
    const removes: { path: string; bytes: number }[] = [];
    for (const path of [plan.home, ...plan.beside])
      removes.push({ path, bytes: await app.outside.files.sizeBytes(path) });
    const { python } = (await app.installation()).config.adopted ?? { python: null };
    const report = {
      home: plan.home,
      id: plan.id,
      removes,
      keeps: [...plan.keeps],
      writtenTo: plan.rescue?.dir ?? null,
      untouched: [plan.comfyui, python].filter((one) => one !== null),
    };
    if (dryRun || !yes) return { state: 'planned' as const, ...report };
    await supervisorStop.run(app, {});
    await ejectAll(app, plan);
    return { state: 'ejected' as const, ...report };
  },
});

/**
 * The template that the installation was made with. A home that orchestrate made goes whole; a repository of the person's must never:
 * where orchestrate.yaml says something else by now, nothing is removed. Fault `CONFIG_INVALID`.
 */
async function requireTemplate(app: App): Promise<TemplateId> {
  const { config, ledger } = await app.installation();
  const made = newest(ledger, 'installation.created', 'installation')?.data.template ?? 'comfyui';
  if (made === config.template) return made;
  throw new Fault(
    'CONFIG_INVALID',
    `template of orchestrate.yaml is ${config.template}, and the installation was made with ${made}.`,
    {
      hints: [`Write template: ${made} into orchestrate.yaml again.`],
      state: 'Nothing was removed.',
    },
  );
}

/** The home is the person's repository: what is theirs is not even looked at, and the history stays. */
async function serviceEject(
  app: App,
  { keepFiles, dryRun, yes }: { readonly keepFiles: boolean; readonly dryRun: boolean; readonly yes: boolean },
) {
  const plan = await planServiceEject(app);
  if (plan.keeps.length > 0 && !keepFiles && !dryRun)
    throw new Fault(
      'HOME_DIRTY',
      `Files of yours would be lost: ${plan.keeps
        .slice(0, 8)
        .map(({ path, why }) => `${path} (${why})`)
        .join(', ')}.`,
      {
        hints: [
          `orchestrate eject --keep-files   (leaves them where they are${plan.rescue === null ? '' : `; those outside go to ${plan.rescue.dir}`})`,
          'Or move them away first.',
        ],
        state: 'Nothing was removed.',
        data: { keeps: plan.keeps.map(({ path, why }) => ({ path, why })) },
      },
    );
  const removes: { path: string; bytes: number }[] = [];
  for (const path of plan.removes) removes.push({ path, bytes: await app.outside.files.sizeBytes(path) });
  const report = {
    ...{ home: plan.home, id: plan.id, removes, keeps: [...plan.keeps], writtenTo: plan.rescue?.dir ?? null },
    untouched: [`${plan.home}: your files, your history, what was merged`],
  };
  if (dryRun || !yes) return { state: 'planned' as const, ...report };
  await supervisorStop.run(app, {});
  await ejectService(app, plan);
  return { state: 'ejected' as const, ...report };
}

/** What an interrupted eject left, once its record was gone. */
async function restOf(app: App): Promise<{ home: string; id: string } | undefined> {
  try {
    await app.installation();
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'LEDGER_UNAVAILABLE') throw error;
    return finishEject(app);
  }
}
