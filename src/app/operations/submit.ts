import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { plainTitle, type SourceAsked } from '../../domain/changes/source.ts';
import { priorities } from '../../domain/queue/rank.ts';
import type { App } from '../app.ts';
import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { detachField, dryRunField, yesField } from './_inputs.ts';
import { acceptedRun, personOf, runOptions } from './_run-output.ts';

/** `orchestrate submit [branch|path]` */
export const submit = defineOperation({
  name: 'submit',
  summary: 'Take your own work through proof, review and merge.',
  description:
    'Takes a branch of home, a work tree or clone of it anywhere on disk (of Claude Code, of Codex, your own), or what you edited in home itself, and makes one change of it: the exact tree is proven, reviewed, squashed onto the branch, and can be undone. The source is only read. A folder is taken as it lies there, committed or not, without what is ignored; a branch by its name is taken as it is committed. Submitted again while its change is open, the new one takes its place.',
  effect: 'write',
  everyday: true,
  needs: 'home',
  follows: true,
  input: z.object({
    source: z
      .string()
      .max(4096, 'has to be at most 4096 characters')
      .nullable()
      .default(null)
      .describe('A branch of home, or a folder; the folder where you are when left out.'),
    tree: z
      .string()
      .nullable()
      .default(null)
      .describe('Tree that it is a change of; found by its scope when left out.'),
    title: z
      .string()
      .max(200, 'has to be at most 200 characters')
      .refine((text) => plainTitle(text) !== undefined, 'has to say something')
      .nullable()
      .default(null)
      .describe('What it does, in a few words: names the merge and its restore point.'),
    base: z
      .string()
      .nullable()
      .default(null)
      .describe('Commit of the branch that the work started from, where git cannot tell.'),
    committed: z.boolean().default(false).describe('Take only what is committed there.'),
    onlyScope: z
      .boolean()
      .default(false)
      .describe("Take only files in the tree's scope; the others are no part of it."),
    dryRun: dryRunField,
    yes: yesField,
    priority: z
      .enum(priorities)
      .default('normal')
      .describe('How soon it is wanted, where runs wait in line; half an hour of waiting counts as much as one step.'),
    detach: detachField,
  }),
  output: runSchema,
  positional: ['source'],
  examples: [
    { command: 'orchestrate submit --dry-run', explains: 'Show what would become of your edits here.' },
    { command: 'orchestrate submit claude/faster-start --tree ops-maint', explains: 'Take a branch, as committed.' },
    {
      command: 'orchestrate submit ~/.codex/worktrees/7a/comfy-home --title "portrait workflow"',
      explains: 'Take a work tree as it lies there.',
    },
  ],
  async run(app, input) {
    const asked = {
      source: await sourceOf(app, input.source),
      tree: input.tree,
      title: input.title,
      base: input.base,
      isCommittedOnly: input.committed,
      isScopeOnly: input.onlyScope,
    };
    const options = { ...runOptions(input), priority: input.priority };
    return acceptedRun(app, await app.ask('submit.start', { asked, options, by: personOf(app) }));
  },
});

/** A branch of home by that name comes before a folder of that name; `./` in front says that the folder is meant. */
async function sourceOf(app: App, text: string | null): Promise<SourceAsked> {
  if (text === null) return { kind: 'folder', path: app.cwd };
  if (text.trim() === '' || text.includes('\0'))
    throw new Fault('NAME_INVALID', `${JSON.stringify(text)} names no branch and no folder.`, {
      hints: ['git branch'],
      state: 'Nothing was changed.',
    });
  const { files, host } = app.outside;
  const isPath = /^(\/|\.{1,2}(\/|$)|~(\/|$))/.test(text);
  if (!isPath) {
    const { home } = await app.installation();
    if ((await home.findRef(`refs/heads/${text}`)) !== undefined) return { kind: 'branch', name: text };
  }
  const path = /^~(\/|$)/.test(text)
    ? `${host.homeDir}${text.slice(1)}`
    : text.startsWith('/')
      ? text
      : `${app.cwd}/${text}`;
  const isThere = (await files.info(path)) !== undefined;
  return isPath || isThere ? { kind: 'folder', path } : { kind: 'branch', name: text };
}
