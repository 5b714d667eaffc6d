import { isMap, isScalar, parseDocument } from 'yaml';

/** A model paths file (`extra_model_paths.yaml`) as it was found. */
export interface ModelPathsFile {
  /** Folder that it lies in: relative paths are taken from there. */
  readonly dir: string;
  readonly text: string;
  /** Another program's file: none of its sections may be the default, or downloads would land in its folders. */
  readonly isForeign?: boolean;
}

/**
 * Returns the file so that it means the same elsewhere: an instance is composed in another folder with another HOME, so
 * `base_path` becomes absolute. `custom_nodes` goes out: packs are components, and a search path would load what no lock
 * names; those folders are returned. Comments stay. A file that is no YAML of sections is returned as it is, with `problem`.
 * Shape of the file: `utils/extra_config.py` of ComfyUI.
 */
export function movableModelPaths(
  { dir, text, isForeign = false }: ModelPathsFile,
  { homeDir, taken }: { homeDir: string; taken: ReadonlySet<string> },
): {
  readonly text: string;
  readonly sections: readonly string[];
  readonly nodeFolders: readonly string[];
  readonly problem: string | null;
} {
  const document = parseDocument(text, { keepSourceTokens: true });
  const unchanged = { text, sections: [], nodeFolders: [] };
  if (document.errors[0] !== undefined)
    return { ...unchanged, problem: `${dir}/…: ${document.errors[0].message.split('\n')[0] ?? ''}` };
  if (document.contents === null) return { ...unchanged, problem: null };
  if (!isMap(document.contents)) return { ...unchanged, problem: `${dir}/…: it has no sections` };
  const nodeFolders: string[] = [];
  const sections: string[] = [];
  let isChanged = false;
  for (const pair of document.contents.items) {
    if (!isScalar(pair.key) || !isMap(pair.value)) continue;
    const name = String(pair.key.value);
    if (taken.has(name)) {
      pair.key.value = nameBeside(name, taken);
      isChanged = true;
    }
    sections.push(String(pair.key.value));
    const written: unknown = pair.value.get('base_path');
    const base = absoluteBase(typeof written === 'string' ? written : '', { dir, homeDir });
    if (base !== written) {
      document.setIn([pair.key.value, 'base_path'], base);
      isChanged = true;
    }
    if (isForeign && pair.value.delete('is_default')) isChanged = true;
    const nodes = pair.value.get('custom_nodes');
    if (nodes !== undefined) {
      if (typeof nodes === 'string') nodeFolders.push(...linesOf(nodes).map((line) => joined(base, line)));
      pair.value.delete('custom_nodes');
      isChanged = true;
    }
  }
  return { text: isChanged ? document.toString() : text, sections, nodeFolders, problem: null };
}

function absoluteBase(written: string, { dir, homeDir }: { dir: string; homeDir: string }): string {
  if (written === '') return dir;
  // A variable of the person's shell is not known to a service; it is left for them to see.
  if (written.startsWith('/') || written.includes('$')) return written;
  if (written === '~' || written.startsWith('~/')) return `${homeDir}${written.slice(1)}`;
  return joined(dir, written);
}

const joined = (base: string, path: string): string =>
  path.startsWith('/') ? path : `${base.replace(/\/$/, '')}/${path.replace(/^\.\//, '')}`;

const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

function nameBeside(name: string, taken: ReadonlySet<string>): string {
  for (let n = 2; ; n += 1) if (!taken.has(`${name}_${n}`)) return `${name}_${n}`;
}
