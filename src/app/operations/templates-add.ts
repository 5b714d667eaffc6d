import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { absolutePath } from '../../base/paths.ts';
import { idField } from '../../domain/definitions/fields.ts';
import { addFile, addFolder } from '../kits/add-kit.ts';
import { defineOperation } from '../operation.ts';
import { kitHeadSchema } from './_kits.ts';

/** `orchestrate templates add <path>` */
export const templatesAdd = defineOperation({
  name: 'templates add',
  summary: "Take a folder or file into the installation's own templates, after checking it.",
  description:
    'A folder has a template.yaml (see `templates show`), and every file that it names beside it; {{name}} in a file is a parameter, unless `verbatim: true` stands beside it. A single file becomes a template of its own with --to. Links, pipes, repositories, files that are no text or too large, paths that climb out, and paths that no tree may write are refused; a manifest.json that the folder has is held to its checksums. What is taken in lies in the state folder, where no agent comes, with a manifest of its own; a damaged one of that id is moved aside for it. Nothing of it is run, and nothing is written to the branch before `templates apply`.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    path: z.string().min(1).max(4096).describe('Folder with a template.yaml, or one file.'),
    to: z.string().min(1).max(200).nullable().default(null).describe('For a file: the path of home that it becomes.'),
    id: idField
      .nullable()
      .default(null)
      .describe('For a file: what to call the template; the name of the file otherwise.'),
    title: z.string().min(1).max(120).nullable().default(null).describe('For a file: what it is, for people.'),
  }),
  output: kitHeadSchema.extend({
    dir: z.string().describe('Where it lies now.'),
    files: z
      .array(z.object({ path: z.string(), sha256: z.string(), sizeBytes: z.number() }))
      .describe('What was taken in.'),
    wasChecked: z.boolean().describe('It had a manifest of its own, and is what that says.'),
    setAside: z
      .string()
      .nullable()
      .describe('Where the damaged one of that id was moved to, out of the way; null: there was none.'),
  }),
  positional: ['path'],
  examples: [
    { command: 'orchestrate templates add ./team-template', explains: 'A folder with a template.yaml.' },
    {
      command: 'orchestrate templates add portrait.json --to workflows/portrait.json',
      explains: 'One file, as the template `portrait`.',
    },
  ],
  async run(app, { path, to, id, title }) {
    const at = absolutePath(app.cwd, path);
    const kind = (await app.outside.files.info(at))?.kind;
    const state = 'Nothing was added.';
    if (kind === 'link')
      throw new Fault('TEMPLATE_REFUSED', `${path} is a link.`, { hints: ['Name what it leads to.'], state });
    if (kind !== 'directory' && kind !== 'file')
      throw new Fault('FILE_ACCESS', `${path} is no folder and no file that can be read.`, {
        hints: ['orchestrate templates add --help'],
        state,
      });
    if ((kind === 'file') !== (to !== null))
      throw new Fault(
        'USAGE_BAD_ARGUMENT',
        kind === 'file'
          ? `Where ${path} goes has to be said.`
          : 'A folder says in its template.yaml where its files go.',
        { hints: [`orchestrate templates add ${path}${kind === 'file' ? ' --to workflows/<name>.json' : ''}`], state },
      );
    const added =
      to === null ? await addFolder(app, at) : await addFile(app, { file: at, to, title, id: id ?? nameOf(at) });
    const { kit, dir, files, wasChecked, setAside } = added;
    return {
      ...{ id: kit.id, title: kit.title, kind: kit.kind, fits: kit.fits, origin: 'yours' as const, problem: null },
      dir,
      files: files.map((one) => ({ ...one })),
      wasChecked,
      setAside,
    };
  },
});

/** An id out of a file's name; what cannot be one is refused with the definition. */
const nameOf = (file: string): string =>
  file
    .slice(file.lastIndexOf('/') + 1)
    .replace(/\.[^.]*$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, 40) || 'template';
