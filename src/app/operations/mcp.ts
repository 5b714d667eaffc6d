import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { offeredTools } from '../tools/all-tools.ts';

/** `orchestrate mcp` */
export const mcp = defineOperation({
  name: 'mcp',
  summary: 'Speak MCP on stdin and stdout, for Claude Code and other programs.',
  description:
    'A program starts it and speaks with it; it ends when the program closes its end. Every command that a program may run is a tool, and runs, changes, memory and the journal are resources. What is asked for there is asked for by a program: whatever needs the yes of a person is refused, and tools that take something away show their plan until they are given "yes": true. There are many tools, and a program may read all of them before it begins: --only names those that it needs. With --list it prints the tools and ends.',
  effect: 'read',
  needs: 'none',
  commandLineOnly: true,
  speaks: ({ list }) => !list,
  input: z.object({
    only: z
      .array(z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/, 'has to be the name of a tool or its first word'))
      .default([])
      .describe('Offer only this tool, or those that begin with this word, e.g. memory; may be repeated.'),
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
    { command: 'orchestrate mcp --only run --only runs --only memory', explains: 'Speak, and offer only these.' },
    { command: 'claude mcp add orchestrate -- orchestrate mcp', explains: 'Have Claude Code start it.' },
  ],
  run: async (_, { only }) => ({
    tools: (await offeredTools(only)).map(({ name, effect, title }) => ({ tool: name, effect, title })),
  }),
});
