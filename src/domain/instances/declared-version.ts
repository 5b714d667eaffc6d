import { findVersion } from '../environments/version.ts';

/** Files in which ComfyUI and node packs say which version they are, with the line that says it. */
const places = [
  { path: 'comfyui_version.py', line: /^__version__\s*=\s*["']([^"']+)["']/m },
  { path: 'pyproject.toml', line: /^version\s*=\s*["']([^"']+)["']/m },
] as const;

/** Returns the version that a component's own files name, read as text and never run; null when none does. */
export async function declaredVersion(read: (path: string) => Promise<string | undefined>): Promise<string | null> {
  for (const { path, line } of places) {
    const version = line.exec((await read(path))?.slice(0, 64 * 1024) ?? '')?.[1];
    if (version !== undefined && findVersion(version) !== undefined) return version.replace(/^v/i, '');
  }
  return null;
}
