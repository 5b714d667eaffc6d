import type { Files } from '../../ports/index.ts';

/** Every file and link below a folder, by its path there; nothing that `isWhole` names is gone into. Links are never followed. */
export async function* walkFiles(
  files: Files,
  dir: string,
  isWhole: (path: string) => boolean = () => false,
  prefix = '',
): AsyncGenerator<string> {
  for (const name of await files.list(`${dir}/${prefix}`)) {
    const path = `${prefix}${name}`;
    if ((await files.info(`${dir}/${path}`))?.kind !== 'directory') yield path;
    else if (!isWhole(path)) yield* walkFiles(files, dir, isWhole, `${path}/`);
  }
}
