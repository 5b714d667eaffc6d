import type { mcp } from '../../../app/operations/mcp.ts';
import { bad, dim, type Line, strong, warn } from '../line.ts';

/** Renders `mcp --list`. */
export function renderMcp({ tools }: Awaited<ReturnType<typeof mcp.run>>): readonly Line[] {
  const width = Math.max(...tools.map(({ tool }) => tool.length));
  const mark = { read: dim('read   '), write: warn('write  '), destroy: bad('destroy') };
  return tools.map(({ tool, effect, title }): Line => [strong(tool.padEnd(width)), '  ', mark[effect], '  ', title]);
}
