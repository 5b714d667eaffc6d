import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { templateIds } from '../../domain/definitions/types.ts';
import type { App } from '../app.ts';
import { findKits, readShelved, type Shelved } from '../kits/shelf.ts';
import { defineOperation } from '../operation.ts';
import { kitHeadSchema } from './_kits.ts';

const about = {
  comfyui: {
    summary: 'ComfyUI with its node packs and its Python environment, in a home beside it.',
    proves: 'modules import, torch computes, it boots, no node class is lost, workflows draw pictures',
    begins: 'orchestrate init comfy-home --comfyui <ComfyUI folder>',
  },
  service: {
    summary: 'Any service of a git repository of yours; the repository is the home.',
    proves: 'set-up and checks end well, it starts and its readiness address answers',
    begins:
      'orchestrate init --template service --start "python3 server.py --port {port}" --ready "http://127.0.0.1:{port}/health"',
  },
} as const;

/** `orchestrate templates list` */
export const templatesList = defineOperation({
  name: 'templates list',
  summary: 'List the kinds of service that can be looked after, and the templates that can be applied.',
  description:
    'Of each kind: what it proves of a change, and how to begin with it; the one of the installation around you is marked. Of each template: what it is, and whether its files are those of its manifest. A damaged one is listed with the place, and not used.',
  effect: 'read',
  needs: 'none',
  input: z.object({}),
  output: z.object({
    templates: z.array(
      z.object({
        id: z.enum(templateIds),
        summary: z.string(),
        proves: z.string().describe('What evidence it can give; all else is listed as not proven.'),
        begins: z.string().describe('What to type to begin with it.'),
        isHere: z.boolean().describe('The installation around you is of it.'),
      }),
    ),
    kits: z.array(kitHeadSchema).describe('What `templates apply` makes a change of.'),
  }),
  examples: [
    {
      command: 'orchestrate templates list',
      explains: 'What can be looked after, what can be applied, and how to begin.',
    },
  ],
  async run(app) {
    const here = await findTemplate(app);
    const kits = [];
    for (const shelved of await findKits(app)) kits.push(await headOf(app, shelved));
    return { templates: templateIds.map((id) => ({ id, ...about[id], isHere: id === here })), kits };
  },
});

/** A damaged one keeps nobody from seeing the others. */
async function headOf(app: App, shelved: Shelved): Promise<z.infer<typeof kitHeadSchema>> {
  const { id, origin } = shelved;
  try {
    const { kit } = await readShelved(app, shelved);
    return { id, title: kit.title, kind: kit.kind, fits: kit.fits, origin, problem: null };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const place = error.at === undefined ? '' : ` (${error.at.file}:${error.at.line}:${error.at.column})`;
    const problem = `${error.code}: ${error.message}${place}`;
    return { id, title: id, kind: null, fits: null, origin, problem };
  }
}

async function findTemplate(app: App): Promise<string | undefined> {
  try {
    return (await app.installation()).config.template;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}
