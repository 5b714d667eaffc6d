import { z } from 'zod';

import { requirePerson } from '../../engine/policy/answerer.ts';
import { defineOperation } from '../operation.ts';
import { daemonUnit, requireOurs } from './_daemon-unit.ts';
import { saidYesField } from './_inputs.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate serve uninstall` */
export const serveUninstall = defineOperation({
  name: 'serve uninstall',
  summary: 'Take away the file by which this machine starts `serve`.',
  description:
    'Only one that `serve install` wrote for this installation. A `serve` that runs goes on: what is to be typed first, so that the machine ends it and forgets it, is told.',
  effect: 'destroy',
  needs: 'home',
  asksFirst: true,
  input: z.object({
    dryRun: z.boolean().default(false).describe('Show what would go and take nothing away.'),
    yes: saidYesField,
  }),
  output: z.object({
    state: z
      .enum(['planned', 'removed', 'none'])
      .describe('`planned`: nothing was taken away yet; `none`: there is none.'),
    path: z.string().describe('Where it lies, or lay.'),
    first: z.array(z.string()).describe('What to type so that the machine lets it go.'),
  }),
  examples: [
    { command: 'orchestrate serve uninstall --dry-run', explains: 'See what would go, and what to type before.' },
    { command: 'orchestrate serve uninstall', explains: 'Show it, ask, and take it away.' },
  ],
  async run(app, { dryRun, yes }) {
    requirePerson(personOf(app), 'what this machine starts by itself');
    const unit = await daemonUnit(app);
    const shown = { path: unit.path, first: [...unit.disable] };
    if (unit.found === 'nothing') return { state: 'none' as const, ...shown };
    requireOurs(unit);
    if (dryRun || !yes) return { state: 'planned' as const, ...shown };
    await app.outside.files.remove(unit.path);
    return { state: 'removed' as const, ...shown };
  },
});
