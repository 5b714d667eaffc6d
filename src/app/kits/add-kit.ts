import { Fault } from '../../base/fault.ts';
import { fillKit } from '../../domain/kits/fill.ts';
import type { Kit } from '../../domain/kits/kit.ts';
import { type KitFile, requireWhole } from '../../domain/kits/manifest.ts';
import { valuesOf } from '../../domain/kits/parameter.ts';
import { coveringTrees, targetProblem } from '../../domain/kits/target.ts';
import type { App } from '../app.ts';
import { type Placed, putOnShelf } from './put-on-shelf.ts';
import { readKitFolder, readOne, refused } from './read-folder.ts';
import { checkKit } from './shelf.ts';

/** What was taken in. */
export interface AddedKit extends Placed {
  readonly kit: Kit;
  readonly files: readonly { readonly path: string; readonly sha256: string; readonly sizeBytes: number }[];
  /** It had a manifest of its own, and is what that says. */
  readonly wasChecked: boolean;
}

/**
 * Takes a folder with a `template.yaml` into the installation's own kits: read once, checked whole, put on their shelf, where a damaged
 * one of the same id makes room. Nothing of the folder is run or followed. Faults: `TEMPLATE_REFUSED`, `TEMPLATE_DAMAGED` for its own
 * manifest, `TEMPLATE_EXISTS`, `NOTHING_TO_DO`, `SCOPE_EXCEEDED`, those of a definition.
 */
export async function addFolder(app: App, dir: string): Promise<AddedKit> {
  const files = await readKitFolder(app.outside.files, dir);
  const manifest = files.find(({ path }) => path === 'manifest.json');
  const others = files.filter((one) => one !== manifest);
  const sha256 = (bytes: Uint8Array): string => app.outside.digest.sha256(bytes);
  if (manifest !== undefined)
    requireWhole({ file: `${dir}/manifest.json`, text: new TextDecoder().decode(manifest.bytes) }, others, sha256);
  return shelve(app, { dir, files: others, wasChecked: manifest !== undefined });
}

/** Makes a kit of one file, without parameters: whatever stands in braces in it stays. Faults as those of `addFolder`. */
export async function addFile(
  app: App,
  options: { readonly file: string; readonly id: string; readonly to: string; readonly title: string | null },
): Promise<AddedKit> {
  const { file, id, to, title } = options;
  const name = file.slice(file.lastIndexOf('/') + 1);
  if (!/^(?!\.)[A-Za-z0-9._-]+$/.test(name)) throw refused(name, 'has a name that no file of a template has');
  const problem = targetProblem(to);
  if (problem !== undefined)
    throw new Fault('USAGE_BAD_ARGUMENT', `--to ${JSON.stringify(to)} ${problem}.`, {
      hints: ['orchestrate templates add <file> --to workflows/<name>.json'],
      state: 'Nothing was added.',
    });
  const kind = to.startsWith('workflows/') ? 'workflow' : 'configuration';
  // JSON is YAML: whatever a title holds is quoted as it has to be.
  const definition = JSON.stringify(
    {
      id,
      title: title ?? `${name} as ${to}`,
      kind,
      description: `Writes ${to}.`,
      files: [{ from: name, to, verbatim: true }],
    },
    null,
    2,
  );
  const files = [
    { path: 'template.yaml', bytes: new TextEncoder().encode(`${definition}\n`) },
    { path: name, bytes: await readOne(app.outside.files, file, name) },
  ];
  return shelve(app, { dir: file, files, wasChecked: false });
}

async function shelve(
  app: App,
  options: { readonly dir: string; readonly files: readonly KitFile[]; readonly wasChecked: boolean },
): Promise<AddedKit> {
  const { dir: from, files, wasChecked } = options;
  const { outside } = app;
  if (outside.host.startedBy !== null)
    throw new Fault('TEMPLATE_REFUSED', `${outside.host.startedBy} adds no template: only a person does.`, {
      state: 'Nothing was added.',
    });
  const { kit, texts } = checkKit(files, { dir: from, id: null });
  const { definitions } = await app.installation();
  const targets = fillKit(kit, texts, valuesOf(kit, [])).files.map(({ path }) => path.replaceAll(/[{}]/g, ''));
  if (kit.kind !== 'installation' && coveringTrees(definitions.trees.values(), targets).length === 0)
    throw new Fault('SCOPE_EXCEEDED', `No tree may write all of what ${kit.id} writes: ${targets.join(', ')}.`, {
      hints: ['orchestrate trees list'],
      state: 'Nothing was added.',
    });
  const placed = await putOnShelf(app, kit.id, files);
  return {
    kit,
    ...placed,
    files: files.map(({ path, bytes }) => ({
      path,
      sha256: outside.digest.sha256(bytes),
      sizeBytes: bytes.byteLength,
    })),
    wasChecked,
  };
}
