import { z } from 'zod';

import { defineOperation, type Operation } from '../operation.ts';
import { completedCommand } from './_completed.ts';
import { bashScript, fishScript, zshScript } from './_completion-scripts.ts';

/** `orchestrate completion <shell>` */
export const completion = defineOperation({
  name: 'completion',
  summary: 'Print the completion script for a shell.',
  description:
    'It completes commands, options and their values, and the ids of what there is: runs, changes, restore points, trees, agents, playbooks, slots, memory and more. Ids are read from the installation around you, or around --home.',
  effect: 'read',
  needs: 'none',
  input: z.object({ shell: z.enum(['bash', 'zsh', 'fish']).describe('Which shell.') }),
  output: z.object({
    shell: z.enum(['bash', 'zsh', 'fish']).describe('Which shell.'),
    script: z.string().describe('The script.'),
  }),
  positional: ['shell'],
  examples: [
    { command: 'eval "$(orchestrate completion bash)"', explains: 'In ~/.bashrc.' },
    { command: 'orchestrate completion fish | source', explains: 'In ~/.config/fish/config.fish' },
  ],
  async run(_app, { shell }) {
    // The index imports this file: it is read only when it is needed.
    const { operations } = await import('./index.gen.ts');
    const loaded = (await Promise.all(Object.values(operations).map((load) => load()))) as unknown as Operation[];
    const commands = loaded.map(completedCommand);
    const script = { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](commands);
    return { shell, script };
  },
});
