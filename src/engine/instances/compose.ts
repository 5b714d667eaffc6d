import { Fault } from '../../base/fault.ts';
import type { GitTreeId } from '../../base/ids.ts';
import { asGitTreeId } from '../../base/ids.ts';
import { parseConfig } from '../../domain/definitions/config.ts';
import type { InstallationConfig } from '../../domain/definitions/types.ts';
import { type InstanceFolders, instanceFolders, startArguments } from '../../domain/instances/command.ts';
import { takenRef } from '../../domain/instances/component-files.ts';
import { type Component, componentsDigest, parseComponents } from '../../domain/instances/components.ts';
import { inputsDir } from '../../domain/instances/input-pictures.ts';
import type { EngineContext } from '../context.ts';

/** Everything that a tree declares about the service that it becomes. */
export interface Declaration {
  readonly tree: GitTreeId;
  readonly config: InstallationConfig;
  readonly components: readonly Component[];
  readonly componentsDigest: string;
  readonly lockText: string;
  readonly requirementsText: string;
  readonly modelPaths: string | null;
  readonly workflows: readonly { readonly name: string; readonly text: string }[];
  /** Paths of the pictures that workflows begin with. */
  readonly inputs: readonly string[];
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads the declaration out of a tree in the store. Faults name the file that is missing or malformed. */
export async function readDeclaration(context: EngineContext, tree: GitTreeId): Promise<Declaration> {
  const { store, outside } = context;
  const find = async (path: string): Promise<string | null> => {
    const bytes = await store.readFile(tree, path);
    return bytes === undefined ? null : decoder.decode(bytes);
  };
  const need = async (path: string): Promise<string> => {
    const text = await find(path);
    if (text === null) {
      throw new Fault('CONFIG_INVALID', `The tree ${tree.slice(0, 7)} has no ${path}.`, {
        hints: ['orchestrate doctor'],
      });
    }
    return text;
  };
  const components = parseComponents(await need('components.lock'));
  const entries = await store.list(tree);
  const workflows: { name: string; text: string }[] = [];
  for (const { path } of entries) {
    const name = /^workflows\/([^/]+)\.json$/.exec(path)?.[1];
    if (name !== undefined) workflows.push({ name, text: await need(path) });
  }
  return {
    tree,
    config: parseConfig({ file: 'orchestrate.yaml', text: await need('orchestrate.yaml'), origin: 'installation' }),
    components,
    componentsDigest: componentsDigest(components, (text) => outside.digest.sha256(text)),
    lockText: await need('requirements.lock'),
    requirementsText: await need('requirements.in'),
    modelPaths: await find('extra_model_paths.yaml'),
    workflows,
    inputs: entries.flatMap(({ path }) => (path.startsWith(`${inputsDir}/`) ? [path] : [])),
  };
}

export interface ComposedInstance {
  readonly folders: InstanceFolders;
  readonly args: readonly string[];
}

/**
 * The one way in which a tree becomes a runnable service: its components, its model paths, folders of its
 * own, nothing else. Writes below `dir`, which is made anew: a repeat is safe.
 */
export async function composeInstance(
  context: EngineContext,
  options: { declaration: Declaration; dir: string; purpose: 'production' | 'proof'; port: number },
): Promise<ComposedInstance> {
  const { store, outside } = context;
  const { declaration, dir } = options;
  const folders = instanceFolders({
    dir,
    purpose: options.purpose,
    service: declaration.config.service,
    productionDir: `${context.paths.work}/production`,
    hasModelPaths: declaration.modelPaths !== null,
  });
  await outside.files.remove(dir);
  await outside.files.ensureDir(dir);
  // Sorted by path: ComfyUI (`.`) comes before the packs that lie inside it.
  const ordered = [...declaration.components].sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const component of ordered) {
    await requireAdopted(context, component);
    const target = component.path === '.' ? folders.program : `${folders.program}/${component.path}`;
    await store.exportTree(asGitTreeId(component.tree), target);
  }
  for (const folder of [folders.user, folders.temp, folders.input, folders.output, `${dir}/home`, `${dir}/tmp`]) {
    await outside.files.ensureDir(folder);
  }
  if (folders.modelPaths && declaration.modelPaths !== null) {
    await outside.files.writeAtomic(folders.modelPaths, declaration.modelPaths);
  }
  return { folders, args: startArguments(folders, options.port, declaration.config.service.args) };
}

/** Only what was adopted may be composed: any other tree of the store, a slot's say, could hold links that lead out. */
async function requireAdopted({ store }: EngineContext, component: Component): Promise<void> {
  if ((await store.findRef(takenRef(component.tree))) !== undefined) return;
  throw new Fault(
    'COMPONENT_NOT_FOUND',
    `components.lock names files of ${component.id} that were never adopted (${component.tree.slice(0, 12)}).`,
    {
      state: 'Nothing was started.',
    },
  );
}
