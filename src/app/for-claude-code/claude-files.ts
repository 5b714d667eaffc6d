import type { App } from '../app.ts';
import { inShell, ownProgram } from './own-program.ts';
import { planFile, type PlannedFile } from './plan-file.ts';
import { withHooks } from './with-hooks.ts';
import { withServer } from './with-server.ts';

/** Plans `.claude/settings.json` below a folder, with our hooks. Faults: those of `planFile`. */
export async function planSettings(app: App, dir: string): Promise<PlannedFile> {
  const program = inShell(await ownProgram(app));
  return planFile(app.outside.files, `${dir}/.claude/settings.json`, (there) => withHooks(there, program));
}

/** Plans `.mcp.json` in a folder, with our server over stdio. Faults: those of `planFile`. */
export async function planServers(app: App, dir: string): Promise<PlannedFile> {
  const { program, args } = await ownProgram(app);
  return planFile(app.outside.files, `${dir}/.mcp.json`, (there) =>
    withServer(there, { program, args: [...args, 'mcp'] }),
  );
}
