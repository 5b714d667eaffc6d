import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { absolutePath } from '../../base/paths.ts';
import { requirePerson } from '../../engine/policy/answerer.ts';
import type { App } from '../app.ts';
import { personOf } from '../operations/_run-output.ts';
import { planServers, planSettings } from './claude-files.ts';
import { writeFiles } from './plan-file.ts';

/** What `init --for claude-code` wrote, or would write. */
export const claudeReport = z.object({
  state: z
    .enum(['planned', 'written', 'same'])
    .describe('`planned`: nothing was written; `same`: it is there already.'),
  for: z.literal('claude-code'),
  folder: z.string().describe('Folder in which Claude Code is started.'),
  files: z
    .array(
      z.object({
        path: z.string().describe('The file.'),
        state: z.enum(['new', 'changed', 'same']).describe('`changed`: what is in it stays, ours is added.'),
        text: z.string().describe('What it holds then.'),
      }),
    )
    .describe('Our server in .mcp.json, our hooks in .claude/settings.json.'),
  undo: z.array(z.string()).describe('How it is taken back.'),
});
export type ClaudeReport = z.infer<typeof claudeReport>;

/**
 * Writes what makes Claude Code use this installation, in home or a folder below it: our server in `.mcp.json` and our hooks in
 * `.claude/settings.json`; what is there stays. A repeat changes nothing. Faults: `REVIEW_SELF` for a program, `USAGE_BAD_ARGUMENT` for a
 * folder elsewhere, those of `planFile`.
 */
export async function setUpClaudeCode(
  app: App,
  { dir, isPlan }: { readonly dir: string | null; readonly isPlan: boolean },
): Promise<ClaudeReport> {
  requirePerson(personOf(app), 'what Claude Code starts by itself');
  const { home } = (await app.installation()).paths;
  const folder = await requireInside(app, dir === null ? home : absolutePath(app.cwd, dir), home);
  const planned = [await planServers(app, folder), await planSettings(app, folder)];
  const isSame = planned.every(({ state }) => state === 'same');
  if (!isPlan && !isSame) await writeFiles(app.outside.files, planned);
  return {
    state: isSame ? 'same' : isPlan ? 'planned' : 'written',
    for: 'claude-code',
    folder,
    files: planned.map((one) => ({ ...one })),
    undo: planned.map(({ path, state }) =>
      state === 'new' ? `rm ${path}` : `Take what names orchestrate out of ${path}`,
    ),
  };
}

/** What is started elsewhere finds no installation. */
async function requireInside(app: App, folder: string, home: string): Promise<string> {
  const real = await app.outside.files.realPath(folder);
  const homeReal = (await app.outside.files.realPath(home)) ?? home;
  if (real !== undefined && (real === homeReal || real.startsWith(`${homeReal}/`))) return folder;
  throw new Fault(
    'USAGE_BAD_ARGUMENT',
    real === undefined
      ? `${folder} is not there.`
      : `${folder} is not inside ${home}: what Claude Code starts there finds no installation.`,
    { hints: [`orchestrate init ${home} --for claude-code`], state: 'Nothing was written.' },
  );
}
