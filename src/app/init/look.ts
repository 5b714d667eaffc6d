import { Fault } from '../../base/fault.ts';
import { findCommitId } from '../../base/ids.ts';
import { isOutsideComponent } from '../../domain/instances/component-files.ts';
import { isComponentPath } from '../../domain/instances/components.ts';
import type { Files } from '../../ports/index.ts';

/** A component as it lies in the ComfyUI folder. */
export interface FoundComponent {
  readonly id: string;
  /** `.`, or `custom_nodes/<name>`. */
  readonly path: string;
  readonly dir: string;
  readonly source: string;
  readonly commit: string | null;
}

/** Finds ComfyUI and its node packs. Reads only plain files, runs nothing. Faults: `COMPONENT_NOT_FOUND`, `NAME_INVALID`. */
export async function findComponents(files: Files, comfyui: string): Promise<readonly FoundComponent[]> {
  if ((await files.info(`${comfyui}/main.py`))?.kind !== 'file') {
    throw new Fault('COMPONENT_NOT_FOUND', `${comfyui} is no ComfyUI folder: it has no main.py.`, {
      hints: ['orchestrate init <home> --comfyui <folder that holds main.py>'],
      state: 'Nothing was written.',
    });
  }
  const found: FoundComponent[] = [{ id: 'comfyui', path: '.', dir: comfyui, ...(await originOf(files, comfyui)) }];
  for (const name of await files.list(`${comfyui}/custom_nodes`)) {
    const dir = `${comfyui}/custom_nodes/${name}`;
    if (name.startsWith('.') || name === '__pycache__' || (await files.info(dir))?.kind !== 'directory') continue;
    const path = `custom_nodes/${name}`;
    if (!isComponentPath(path)) {
      throw new Fault(
        'NAME_INVALID',
        `The folder of a node pack has a name that cannot be taken: ${JSON.stringify(name)}.`,
        {
          hints: ['Rename it: letters, digits and . _ - and blanks, 80 at most, beginning with a letter or digit.'],
          state: 'Nothing was written.',
        },
      );
    }
    found.push({ id: name.replace(/ +/g, '-'), path, dir, ...(await originOf(files, dir)) });
  }
  return found;
}

/** Where a folder came from, as far as its git files tell; they are read as text and never obeyed. */
async function originOf(files: Files, dir: string): Promise<{ source: string; commit: string | null }> {
  const head = (await files.readText(`${dir}/.git/HEAD`))?.trim();
  if (head === undefined) return { source: dir, commit: null };
  const config = (await files.readText(`${dir}/.git/config`)) ?? '';
  const url = /^\s*url\s*=\s*(.+?)\s*$/m.exec(config)?.[1];
  const ref = /^ref: (refs\/[^\s]+)$/.exec(head)?.[1];
  const text =
    ref === undefined
      ? head
      : ((await files.readText(`${dir}/.git/${ref}`)) ?? (await packedRef(files, dir, ref)) ?? '');
  return { source: withoutPassword(url ?? dir), commit: findCommitId(text.trim()) ?? null };
}

async function packedRef(files: Files, dir: string, ref: string): Promise<string | undefined> {
  const packed = (await files.readText(`${dir}/.git/packed-refs`)) ?? '';
  return packed
    .split('\n')
    .find((line) => line.endsWith(` ${ref}`))
    ?.slice(0, 40);
}

/** A remote may carry a token; what is committed must not. */
const withoutPassword = (url: string): string => url.replace(/^([\w+.-]+:\/\/)[^/]*@/, '$1');

/** Whether a path of ComfyUI's own folder stays out of its component tree. */
export const skipInComfyui = (path: string): boolean => isOutsideComponent('.', path);
/** Whether a path of a node pack stays out of its component tree. */
export const skipInPack = (path: string): boolean => isOutsideComponent('custom_nodes/', path);
