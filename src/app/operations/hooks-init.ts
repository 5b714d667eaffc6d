import { z } from 'zod';

import { absolutePath } from '../../base/paths.ts';
import { claudeHooks } from '../../domain/hooks/claude-hooks.ts';
import { requirePerson } from '../../engine/policy/answerer.ts';
import { planSettings } from '../for-claude-code/claude-files.ts';
import { writeFiles } from '../for-claude-code/plan-file.ts';
import { defineOperation } from '../operation.ts';
import { saidYesField } from './_inputs.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate hooks init [folder]` */
export const hooksInit = defineOperation({
  name: 'hooks init',
  summary: 'Write the settings by which Claude Code calls the hooks.',
  description:
    'Puts our hooks into .claude/settings.json of the folder (the home when left out): each calls `orchestrate hooks <name> --event -`. Settings and hooks of yours stay, in their order; ours of an earlier time are replaced. Nothing else is written, and the file is shown and asked for first. To take them away again, delete the lines that end with `--event -`.',
  effect: 'write',
  needs: 'home',
  asksFirst: true,
  input: z.object({
    folder: z.string().min(1).max(4096).nullable().default(null).describe('Folder in which Claude Code is started.'),
    dryRun: z.boolean().default(false).describe('Show the file and write nothing.'),
    yes: saidYesField,
  }),
  output: z.object({
    state: z.enum(['planned', 'written', 'same']).describe('`same`: they are there already.'),
    path: z.string().describe('The file.'),
    text: z.string().describe('What it holds then.'),
    hooks: z.array(z.string()).describe('Event, tools and hook of each, like `PreToolUse Bash: pre-command`.'),
  }),
  positional: ['folder'],
  examples: [
    { command: 'orchestrate hooks init --dry-run', explains: 'See the settings and write nothing.' },
    { command: 'orchestrate hooks init', explains: 'Show them, ask, and write them.' },
  ],
  async run(app, { folder, dryRun, yes }) {
    requirePerson(personOf(app), 'what Claude Code runs by itself');
    const { paths } = await app.installation();
    const planned = await planSettings(app, folder === null ? paths.home : absolutePath(app.cwd, folder));
    const shown = { path: planned.path, text: planned.text, hooks: claudeHooks.map(hookLine) };
    if (planned.state === 'same') return { state: 'same' as const, ...shown };
    if (dryRun || !yes) return { state: 'planned' as const, ...shown };
    await writeFiles(app.outside.files, [planned]);
    return { state: 'written' as const, ...shown };
  },
});

const hookLine = ({ event, matcher, hook }: (typeof claudeHooks)[number]): string =>
  `${event}${matcher === undefined ? '' : ` ${matcher}`}: ${hook}`;
