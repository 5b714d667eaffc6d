/** A node class, and `python_module` of it: `nodes`, `comfy_extras.…`, `custom_nodes.<pack>`; null where the server tells none. */
export interface NodeSource {
  readonly nodeClass: string;
  readonly module: string | null;
}

/** Node classes that are filed under their packs; more are nobody's. The largest installations have a few thousand. */
const maxClasses = 20_000;
/** No folder name is longer. */
const maxNameLength = 255;
const parent = 'custom_nodes.';

/** The node classes that a pack brought; `pack` is its name as ComfyUI tells it. */
export interface PackClasses {
  readonly pack: string;
  readonly nodeClasses: readonly string[];
}

/**
 * Returns which node classes came from which pack, sorted. ComfyUI names a pack `custom_nodes.<folder>`, or its file without
 * `.py` (`get_module_name` of its nodes.py); its own classes are left out.
 */
export function packClasses(sources: readonly NodeSource[]): readonly PackClasses[] {
  const byPack = new Map<string, string[]>();
  for (const { nodeClass, module } of sources.slice(0, maxClasses)) {
    if (module === null || !module.startsWith(parent) || module.length > parent.length + maxNameLength) continue;
    const pack = module.slice(parent.length);
    const known = byPack.get(pack);
    if (known) known.push(nodeClass);
    else byPack.set(pack, [nodeClass]);
  }
  return [...byPack]
    .map(([pack, nodeClasses]) => ({ pack, nodeClasses: nodeClasses.sort() }))
    .sort((a, b) => (a.pack < b.pack ? -1 : 1));
}

/** The name that ComfyUI tells of a component below `custom_nodes/`. */
export const packName = (path: string): string => path.replace(/^custom_nodes\//, '').replace(/\.py$/, '');
