import { z } from 'zod';

import { requirePerson } from '../../engine/policy/answerer.ts';
import { defineOperation } from '../operation.ts';
import { daemonUnit, requireOurs } from './_daemon-unit.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate serve install` */
export const serveInstall = defineOperation({
  name: 'serve install',
  summary: 'Write the file by which this machine starts `serve` for you.',
  description:
    'A systemd user unit, or a launchd agent on a Mac: it starts `serve` again after a failure, and leaves production alone when it is stopped. Only the file is written; what is to be typed so that the machine takes it is told. The search path and the folders for state, cache and configuration are those of now; a proxy or an ssh-agent of your terminal is not in it. A repeat writes it anew.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    dryRun: z.boolean().default(false).describe('Show the file and write nothing.'),
  }),
  output: z.object({
    state: z.enum(['planned', 'written', 'replaced', 'same']).describe('`same`: it is there already, byte for byte.'),
    path: z.string().describe('Where it lies.'),
    text: z.string().describe('The file.'),
    next: z.array(z.string()).describe('What to type so that the machine takes it.'),
  }),
  examples: [
    { command: 'orchestrate serve install --dry-run', explains: 'See the file and where it would lie.' },
    { command: 'orchestrate serve install', explains: 'Write it, and be told how to switch it on.' },
  ],
  async run(app, { dryRun }) {
    requirePerson(personOf(app), 'what this machine starts by itself');
    const { files } = app.outside;
    const unit = await daemonUnit(app);
    requireOurs(unit);
    const { path, text, found, enable } = unit;
    const shown = { path, text, next: [...enable] };
    if (found === 'same') return { state: 'same' as const, ...shown };
    if (dryRun) return { state: 'planned' as const, ...shown };
    await files.ensureDir(path.slice(0, path.lastIndexOf('/')));
    await files.writeAtomic(path, text, { mode: 0o644 });
    return { state: found === 'nothing' ? ('written' as const) : ('replaced' as const), ...shown };
  },
});
