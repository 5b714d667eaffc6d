import { checkDefinitions, type CheckedDefinitions, isOurs } from '../domain/definitions/definitions.ts';
import { throwTogether } from '../domain/definitions/faults.ts';
import type { KnownNames } from '../domain/definitions/known-names.ts';
import type { Definitions, DefinitionSource, TemplateId } from '../domain/definitions/types.ts';
import { sizeText } from '../domain/definitions/units.ts';
import { knownNamesOf } from '../engine/templates/known-names.ts';
import { templates } from '../engine/templates/templates.ts';
import type { FileInfo, Files } from '../ports/index.ts';

/** Four bytes for each of the 256 Ki characters that a parser takes. */
const MAX_DEFINITION_BYTES = 1024 * 1024;

const folders = ['agents', 'trees', 'playbooks'] as const;

/** Folder of the built-in definitions of a template, below the program's own. */
const builtIn: Readonly<Record<TemplateId, string>> = { comfyui: '', service: '/templates/service' };

/** Reads the built-in definitions of the template and those of the installation. Faults of all files together; each names file, line and column. */
export async function readDefinitions(files: Files, options: DefinitionPlaces): Promise<Definitions> {
  const { definitions, faults } = await readDefinitionFiles(files, options);
  throwTogether(faults);
  return definitions;
}

export interface DefinitionPlaces {
  readonly builtInDir: string;
  readonly home: string;
  readonly template: TemplateId;
}

/** What the files define, what is wrong with them, and the files themselves. Faults of files never: they are in the answer. */
export async function readDefinitionFiles(
  files: Files,
  { builtInDir, home, template }: DefinitionPlaces,
): Promise<CheckedDefinitions & { readonly sources: readonly DefinitionSource[] }> {
  const sources: DefinitionSource[] = [];
  for (const folder of folders) {
    const dir = `${builtInDir}${builtIn[template]}/${folder}`;
    sources.push(...(await readFolder(files, { dir, shownAs: `built-in:${folder}`, origin: 'built-in' })));
    sources.push(...(await readFolder(files, { dir: `${home}/${folder}`, shownAs: folder, origin: 'installation' })));
  }
  return { ...checkedOnce(sources, template), sources };
}

/** The newest good answer: a supervisor asks with each request, and two requests rarely have other files between them. */
let newest: { readonly asked: string; readonly checked: CheckedDefinitions } | undefined;

function checkedOnce(sources: readonly DefinitionSource[], template: TemplateId): CheckedDefinitions {
  const asked = JSON.stringify([template, sources]);
  if (newest?.asked === asked) return newest.checked;
  const checked = checkDefinitions(sources, knownNames(template));
  if (checked.faults.length === 0) newest = { asked, checked };
  return checked;
}

/** Returns the names that definitions of a template may use. */
export const knownNames = (template: TemplateId): KnownNames => knownNamesOf(templates[template]);

interface Folder {
  readonly dir: string;
  readonly shownAs: string;
  readonly origin: DefinitionSource['origin'];
}

async function readFolder(files: Files, folder: Folder): Promise<readonly DefinitionSource[]> {
  const sources: DefinitionSource[] = [];
  for (const name of await files.list(folder.dir)) {
    if (!isOurs(name)) continue;
    const path = `${folder.dir}/${name}`;
    // A home's `trees/` also holds the slots, which are folders.
    if ((await files.info(path))?.kind === 'directory') continue;
    const read = await readOneFile(files, path);
    if (read !== undefined) sources.push({ ...read, file: `${folder.shownAs}/${name}`, origin: folder.origin });
  }
  return sources;
}

/** Returns the text of a file, or why it was not read; undefined where nothing is. */
export async function readOneFile(
  files: Files,
  path: string,
): Promise<Pick<DefinitionSource, 'text' | 'unread'> | undefined> {
  const info = await files.info(path);
  if (info === undefined) return undefined;
  const unread = reasonNotToRead(info);
  return unread === undefined ? { text: (await files.readText(path)) ?? '' } : { text: '', unread };
}

/** Looked at before a byte is read: a pipe never ends, and a large file would be in memory whole. */
function reasonNotToRead({ kind, sizeBytes }: FileInfo): DefinitionSource['unread'] {
  if (kind !== 'file')
    return {
      why: kind === 'link' ? 'This is a link: it is not followed.' : 'This is no plain file: it is not read.',
      remedy: 'Put the file itself here, or take this away.',
    };
  if (sizeBytes <= MAX_DEFINITION_BYTES) return undefined;
  const largest = sizeText(MAX_DEFINITION_BYTES);
  return {
    why: `The file has ${sizeBytes} bytes: ${largest} are the most that is read.`,
    remedy: 'Take out what is not a definition, or move the file elsewhere.',
  };
}
