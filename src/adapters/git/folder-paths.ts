import type { Folder } from './folder.ts';
import { errnoOf } from './git-failure.ts';

/** Opens the folder of a relative path below `root` step by step. `missing`: a step is absent; `blocked`: a step is no folder. */
export function openParent(
  root: Folder,
  relative: string,
): { readonly folder: Folder; readonly name: string } | { readonly missing: string } | { readonly blocked: string } {
  const steps = relative.split('/');
  const name = steps.pop() ?? '';
  let current = root;
  for (const [index, step] of steps.entries()) {
    let next: Folder;
    try {
      next = current.folder(step);
    } catch (error) {
      const code = errnoOf(error);
      const here = steps.slice(0, index + 1).join('/');
      if (code === 'ENOENT') return { missing: here };
      if (code === 'ENOTDIR' || code === 'ELOOP') return { blocked: here };
      throw error;
    } finally {
      if (current !== root) current.close();
    }
    current = next;
  }
  return { folder: current, name };
}

/** Opens the folder of a relative path below `root`, making what is absent, never through a link; `made` is told of each that is. */
export function ensureParent(
  root: Folder,
  relative: string,
  made?: (path: string) => void,
): { readonly folder: Folder; readonly name: string } {
  const steps = relative.split('/');
  const name = steps.pop() ?? '';
  let current = root;
  for (const [index, step] of steps.entries()) {
    const next = ((): Folder => {
      try {
        return current.ensureFolder(step, () => made?.(steps.slice(0, index + 1).join('/')));
      } finally {
        if (current !== root) current.close();
      }
    })();
    current = next;
  }
  return { folder: current, name };
}
