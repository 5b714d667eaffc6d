import type { App } from '../app.ts';

/**
 * Returns how a file that others read calls this program: `orchestrate`, where the search path has it, so that the file holds nothing of
 * this machine; else its interpreter and entry by their absolute paths.
 */
export async function ownProgram({
  outside,
  ownCommand,
}: App): Promise<{ readonly program: string; readonly args: readonly string[] }> {
  for (const dir of outside.host.searchPath)
    if ((await outside.files.realPath(`${dir}/orchestrate`)) !== undefined) return { program: 'orchestrate', args: [] };
  const [program = 'orchestrate', ...args] = ownCommand;
  return { program, args };
}

/** The same as text for a shell. */
export const inShell = ({ program, args }: Awaited<ReturnType<typeof ownProgram>>): string =>
  [program, ...args]
    .map((one) => (/^[\w@%+=:,./-]+$/.test(one) ? one : `'${one.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ');
