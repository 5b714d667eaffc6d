import { parse } from 'yaml';

/** Folder in which models lie. `kind` is ComfyUI's word for what it holds, `loras`; null: all kinds are below it. */
export interface ModelFolder {
  readonly kind: string | null;
  readonly dir: string;
}

/** What a section says besides folders, or of folders that hold no models. */
const noKinds: ReadonlySet<string> = new Set(['base_path', 'is_default', 'custom_nodes']);
const maxFolders = 500;

/**
 * Returns the folders that a model paths file names (`extra_model_paths.yaml`), absolute; relative ones are taken from `homeDir`. Those that name a
 * variable of the person's shell are left out, and so is a file that is no YAML of sections.
 */
export function modelFolders(text: string, homeDir: string): readonly ModelFolder[] {
  const found: ModelFolder[] = [];
  for (const section of Object.values(sectionsOf(text))) {
    if (section === null || typeof section !== 'object' || Array.isArray(section)) continue;
    const { base_path: written } = section as Record<string, unknown>;
    const base = typeof written === 'string' && written !== '' ? below(homeDir, written) : homeDir;
    for (const [kind, lines] of Object.entries(section)) {
      if (noKinds.has(kind) || typeof lines !== 'string') continue;
      for (const line of lines.split('\n').map((one) => one.trim()))
        if (line !== '' && !`${base}${line}`.includes('$') && found.length < maxFolders)
          found.push({ kind, dir: below(base, line) });
    }
  }
  return found;
}

function sectionsOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

const below = (base: string, path: string): string => {
  const plain = path.replace(/\/+$/, '').replace(/^\.\//, '');
  return plain.startsWith('/') ? plain : `${base.replace(/\/+$/, '')}/${plain}`;
};
