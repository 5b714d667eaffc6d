import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { allTools } from '../tools/all-tools.ts';

/** `orchestrate mcp` */
export const mcp = defineOperation({
  name: 'mcp',
  summary: 'Speak MCP on stdin and stdout, for Claude Code and other programs.',
  description:
    'A program starts it and speaks with it; it ends when the program closes its end. Every command that a program may run is a tool, and runs, changes, memory and the journal are resources. What is asked for there is asked for by a program: whatever needs the yes of a person is refused, and tools that take something away show their plan until they are given "yes": true. With --list it prints the tools and ends.',
  effect: 'read',
  needs: 'none',
  commandLineOnly: true,
  speaks: ({ list }) => !list,
  input: z.object({
    list: z.boolean().default(false).describe('Print the tools that there are.'),
  }),
  output: z.object({
    tools: z
      .array(
        z.object({
          tool: z.string().describe('Its name.'),
          effect: z.enum(['read', 'write', 'destroy']).describe('What it does at most.'),
          title: z.string().describe('What it is for.'),
        }),
      )
      .describe('By name.'),
  }),
  examples: [
    { command: 'orchestrate mcp --list', explains: 'The tools that programs can call.' },
    { command: 'claude mcp add orchestrate -- orchestrate mcp', explains: 'Have Claude Code start it.' },
  ],
  run: async () => ({
    tools: (await allTools()).map(({ name, effect, title }) => ({ tool: name, effect, title })),
  }),
});
