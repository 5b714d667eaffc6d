import { Fault } from '../../base/fault.ts';
import { definitionIdPattern } from '../../base/ids.ts';
import { didYouMean } from '../../domain/definitions/did-you-mean.ts';
import type { LocatedText } from '../../domain/definitions/locator.ts';
import { type Kit, readKit } from '../../domain/kits/kit.ts';
import { type KitFile, requireWhole } from '../../domain/kits/manifest.ts';
import type { App } from '../app.ts';
import { readKitFolder } from './read-folder.ts';

/** A kit with the texts of its files, each compared with the manifest. */
export interface ReadKit {
  readonly kit: Kit;
  readonly origin: 'built-in' | 'yours';
  readonly dir: string;
  /** By `from`. */
  readonly texts: ReadonlyMap<string, LocatedText>;
}

/** Where a kit lies: those that come with the program, and those that were added to the installation around the person. */
export interface Shelved {
  readonly id: string;
  readonly origin: ReadKit['origin'];
  readonly dir: string;
}

/** Finds every kit, by id; one of the installation's own stands in front of a built-in one of the same id. Reads no file. */
export async function findKits(app: App): Promise<readonly Shelved[]> {
  const found = new Map<string, Shelved>();
  for (const { dir, origin } of await shelves(app))
    for (const id of await app.outside.files.list(dir)) {
      const isKit = (await app.outside.files.info(`${dir}/${id}/template.yaml`)) !== undefined;
      if (isKit && definitionIdPattern.test(id)) found.set(id, { id, origin, dir: `${dir}/${id}` });
    }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Folder of the installation's own kits: in the state folder, where no agent and no `git clean` comes. */
export const ownShelf = (stateDir: string): string => `${stateDir}/templates`;

async function shelves(app: App): Promise<readonly { readonly dir: string; readonly origin: ReadKit['origin'] }[]> {
  const builtIn = { dir: `${app.outside.host.builtInDir}/templates`, origin: 'built-in' } as const;
  try {
    const { paths } = await app.installation();
    return [builtIn, { dir: ownShelf(paths.state), origin: 'yours' }];
  } catch (error) {
    if (error instanceof Fault && error.code === 'HOME_NOT_FOUND') return [builtIn];
    throw error;
  }
}

/** Reads the kit of that id, whole. Faults: `TEMPLATE_NOT_FOUND`, `TEMPLATE_DAMAGED`, those of a definition. */
export async function requireKit(app: App, id: string): Promise<ReadKit> {
  const all = await findKits(app);
  const found = all.find((one) => one.id === id);
  if (found !== undefined) return healable(found, readShelved(app, found));
  throw new Fault(
    'TEMPLATE_NOT_FOUND',
    `There is no template ${JSON.stringify(id.slice(0, 60))}.${didYouMean(
      id,
      all.map((one) => one.id),
    )}`,
    { hints: ['orchestrate templates list'], state: 'Nothing was changed.' },
  );
}

/** A damaged one of the installation's own says what heals it. */
const healable = (shelved: Shelved, reading: Promise<ReadKit>): Promise<ReadKit> =>
  reading.catch((error: unknown) => {
    if (shelved.origin !== 'yours' || !(error instanceof Fault)) throw error;
    const hints = ['orchestrate templates add <the folder that it came from>', ...error.hints];
    throw Fault.fromRecord({ ...error.toRecord(), hints }, error);
  });

export async function readShelved(app: App, { id, origin, dir }: Shelved): Promise<ReadKit> {
  const files = await readKitFolder(app.outside.files, dir);
  const manifest = files.find(({ path }) => path === 'manifest.json');
  if (manifest === undefined)
    throw new Fault('TEMPLATE_DAMAGED', `${dir} has no manifest.json.`, { state: 'Nothing of the template is used.' });
  const others = files.filter((one) => one !== manifest);
  requireWhole({ file: `${dir}/manifest.json`, text: textOf(manifest) }, others, (bytes) =>
    app.outside.digest.sha256(bytes),
  );
  return { ...checkKit(others, { dir, id }), origin, dir };
}

/**
 * Reads `template.yaml` among a kit's files and takes the files that it names. Faults: `TEMPLATE_REFUSED` where one is lacking or
 * nobody names it, those of a definition.
 */
export function checkKit(
  files: readonly KitFile[],
  { dir, id }: { readonly dir: string; readonly id: string | null },
): Pick<ReadKit, 'kit' | 'texts'> {
  const byPath = new Map(files.map((one) => [one.path, { file: `${dir}/${one.path}`, text: textOf(one) }]));
  const definition = byPath.get('template.yaml');
  if (definition === undefined)
    throw new Fault('TEMPLATE_REFUSED', `${dir} has no template.yaml.`, {
      hints: ['orchestrate templates add --help'],
      state: 'Nothing was added.',
    });
  const { value: kit, locate } = readKit(definition);
  if (id !== null && kit.id !== id)
    throw new Fault('DEFINITION_INVALID', `The template is called ${kit.id}, and its folder ${id}.`, {
      at: locate.value(['id']),
    });
  const texts = new Map<string, LocatedText>();
  kit.files.forEach(({ from }, index) => {
    const text = byPath.get(from);
    if (text === undefined)
      throw new Fault('TEMPLATE_REFUSED', `${from} is not in the folder.`, {
        at: locate.value(['files', index, 'from']),
      });
    texts.set(from, text);
  });
  const extra = [...byPath.keys()].find((path) => path !== 'template.yaml' && path !== 'README.md' && !texts.has(path));
  if (extra !== undefined)
    throw new Fault('TEMPLATE_REFUSED', `${extra} is in the folder, and template.yaml does not name it.`, {
      at: locate.key(['files']),
    });
  return { kit, texts };
}

const textOf = ({ bytes }: KitFile): string => new TextDecoder().decode(bytes);
