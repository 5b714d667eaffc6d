import { actions } from '../actions/index.gen.ts';
import { assembleDefinitions } from '../domain/definitions/definitions.ts';
import type { Definitions, DefinitionSource, TemplateId } from '../domain/definitions/types.ts';
import { templates } from '../engine/templates/templates.ts';
import type { Files } from '../ports/index.ts';

const folders = ['agents', 'trees', 'playbooks'] as const;

/** Folder of the built-in definitions of a template, below the program's own. */
const builtIn: Readonly<Record<TemplateId, string>> = { comfyui: '', service: '/templates/service' };

/** Reads the built-in definitions of the template and those of the installation. Faults name file, line and column. */
export async function readDefinitions(
  files: Files,
  options: { builtInDir: string; home: string; template: TemplateId },
): Promise<Definitions> {
  const sources: DefinitionSource[] = [];
  for (const folder of folders) {
    sources.push(
      ...(await readFolder(files, {
        dir: `${options.builtInDir}${builtIn[options.template]}/${folder}`,
        shownAs: `built-in:${folder}`,
        origin: 'built-in',
      })),
    );
    sources.push(
      ...(await readFolder(files, { dir: `${options.home}/${folder}`, shownAs: folder, origin: 'installation' })),
    );
  }
  return assembleDefinitions(sources, {
    actions: new Set(actions.map((action) => action.id)),
    questions: new Set(Object.keys(templates[options.template].questions)),
  });
}

async function readFolder(
  files: Files,
  from: { dir: string; shownAs: string; origin: DefinitionSource['origin'] },
): Promise<readonly DefinitionSource[]> {
  const sources: DefinitionSource[] = [];
  for (const name of await files.list(from.dir)) {
    const path = `${from.dir}/${name}`;
    // A home's `trees/` also holds the slots, which are folders.
    if ((await files.info(path))?.kind !== 'file') continue;
    const text = await files.readText(path);
    if (text !== undefined) sources.push({ file: `${from.shownAs}/${name}`, text, origin: from.origin });
  }
  return sources;
}
