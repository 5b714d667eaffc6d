import { z } from 'zod';

import { Fault, type FaultCode } from '../../base/fault.ts';
import { absolutePath } from '../../base/paths.ts';
import { checkDefinitions, type CheckedDefinitions, isDefinitionFile } from '../../domain/definitions/definitions.ts';
import { didYouMean } from '../../domain/definitions/did-you-mean.ts';
import { throwTogether } from '../../domain/definitions/faults.ts';
import type { DefinitionSource, InstallationConfig } from '../../domain/definitions/types.ts';
import type { App } from '../app.ts';
import { findHome, readConfig } from '../find-home.ts';
import { knownNames, readDefinitionFiles, readOneFile } from '../read-definitions.ts';

export const definitionKinds = ['agents', 'trees', 'playbooks'] as const;
export type DefinitionKind = (typeof definitionKinds)[number];

/** Everything that an installation defines, as far as it can be read. */
export interface FoundDefinitions extends CheckedDefinitions {
  readonly home: string;
  readonly config: InstallationConfig;
  readonly sources: readonly DefinitionSource[];
}

/** Reads the definitions without opening the record: what is wrong in them is told and stops nothing. Faults: `HOME_NOT_FOUND`, `CONFIG_INVALID`. */
export async function loadDefinitions(app: App): Promise<FoundDefinitions> {
  const { files, host } = app.outside;
  const home = await findHome(files, app.cwd);
  const config = await readConfig(files, home);
  const { builtInDir } = host;
  return { home, config, ...(await readDefinitionFiles(files, { builtInDir, home, template: config.template })) };
}

/** What of a kind is broken is told beside a list, and keeps nobody from reading the rest. */
export const nBrokenField = z.number().describe('Things that are wrong in files of this kind; `check` tells them.');

/** Faults of the files of one kind. */
export const faultsOfKind = (faults: readonly Fault[], kind: DefinitionKind): readonly Fault[] =>
  faults.filter(({ at }) => at !== undefined && kindOfFile(at.file) === kind);

/** Returns the definition. Without one: the faults of the file that would define it, else a fault of the code with the nearest id. */
export function requireDefinition<T>(
  { definitions, faults }: FoundDefinitions,
  { kind, id, code }: { kind: DefinitionKind; id: string; code: FaultCode },
): T {
  const all: ReadonlyMap<string, unknown> = definitions[kind];
  const found = all.get(id);
  if (found !== undefined) return found as T;
  throwTogether(faultsOfKind(faults, kind).filter(({ at }) => at?.file.endsWith(`/${id}${endings[kind]}`) === true));
  const one = kind.slice(0, -1);
  const known = [...all.keys()];
  throw new Fault(code, `There is no ${one} ${JSON.stringify(id)}.${didYouMean(id, known)}`, {
    hints: [`orchestrate ${kind} list`],
    state: 'Nothing was changed.',
    data: { [one]: id, known },
  });
}

export const endings: Readonly<Record<DefinitionKind, string>> = { agents: '.md', trees: '.yaml', playbooks: '.yaml' };

const kindOfFile = (file: string): DefinitionKind | undefined =>
  definitionKinds.find((kind) => file.startsWith(`${kind}/`) || file.startsWith(`built-in:${kind}/`));

export const checkInput = z.object({
  file: z
    .string()
    .nullable()
    .default(null)
    .describe('A file that lies elsewhere, checked as if it were in its folder; all of the installation otherwise.'),
});

export const checkOutput = z.object({
  files: z.array(z.string()).describe('Files that were read, built-in ones first; nothing is wrong in them.'),
});

/** Checks all files of a kind, or one that lies elsewhere. Everything that is wrong is thrown together, each with its place and remedy. */
export async function checkFiles(
  app: App,
  kind: DefinitionKind,
  file: string | null,
): Promise<z.infer<typeof checkOutput>> {
  const found = await loadDefinitions(app);
  if (file !== null) return checkElsewhere(app, found, { kind, file });
  throwTogether(faultsOfKind(found.faults, kind).map((fault) => fault.withState('Nothing was changed.')));
  const files = found.sources.map((source) => source.file).filter(isDefinitionFile);
  return { files: files.filter((one) => kindOfFile(one) === kind) };
}

async function checkElsewhere(
  app: App,
  { sources, config }: FoundDefinitions,
  { kind, file }: { kind: DefinitionKind; file: string },
): Promise<z.infer<typeof checkOutput>> {
  const source = await readOneFile(app.outside.files, absolutePath(app.cwd, file));
  if (source === undefined)
    throw new Fault('FILE_ACCESS', `${file} is not there.`, { hints: [], state: 'Nothing was changed.' });
  const place = `${kind}/${file.slice(file.lastIndexOf('/') + 1)}`;
  const others = sources.filter((one) => one.file !== place);
  const checked = checkDefinitions(
    [...others, { ...source, file: place, origin: 'installation' }],
    knownNames(config.template),
  );
  const own = checked.faults.filter(({ at }) => at?.file === place);
  throwTogether(own.map((fault) => placedAt(fault, file)));
  return { files: [file] };
}

/** The person's own path, and no word of a folder that the file does not lie in. */
function placedAt(fault: Fault, file: string): Fault {
  const { at, hints, ...rest } = fault.toRecord();
  return Fault.fromRecord({
    ...rest,
    hints: hints.map((hint) => (/^orchestrate \w+ check$/.test(hint) ? `${hint} ${file}` : hint)),
    ...(at === undefined ? {} : { at: { ...at, file } }),
    state: 'Nothing was changed.',
  });
}
