import type { Files } from '../../ports/files.ts';
import type { WallSpec } from '../../ports/walls.ts';

/** Files of all skills together: a folder that is no skill would fill the HOME. */
const mostFiles = 200;

/** Returns the files of the person's skills of these names, as files of the program's HOME. One that is not there, or is no name, is left out. */
export async function skillFiles(
  { files, homeDir }: { files: Files; homeDir: string },
  names: readonly string[],
): Promise<WallSpec['home']> {
  const found: { path: string; from: string }[] = [];
  const visit = async (path: string): Promise<void> => {
    if (found.length >= mostFiles) return;
    const from = `${homeDir}/${path}`;
    const info = await files.info(from);
    if (info?.kind === 'file') found.push({ path, from });
    if (info?.kind === 'directory') for (const name of await files.list(from)) await visit(`${path}/${name}`);
  };
  for (const name of names) if (/^[\w-]{1,64}$/.test(name)) await visit(`.claude/skills/${name}`);
  return found;
}
