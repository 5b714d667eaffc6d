import { z } from 'zod';

import { memoryKinds } from '../domain/memory/entry.ts';
import { defineAction } from './_context.ts';

const output = z.object({
  key: z.string(),
  version: z.number().int(),
  rests: z.array(z.string()),
  reused: z.boolean(),
});

/**
 * Writes an entry of the agent's own domain: the text, and a line for each report that it rests on. The same words are not written twice.
 * Faults: `MEMORY_NOT_YOURS`, `MEMORY_KEY_INVALID`, `MEMORY_CONTENT_INVALID`, `MEMORY_BLOCKED`.
 */
export const memoryNote = defineAction({
  id: 'memory.note',
  summary: 'Write down what others should know',
  effect: 'write',
  input: z.object({
    key: z.string(),
    kind: z.enum(memoryKinds).default('decision'),
    title: z.string(),
    text: z.string().default(''),
  }),
  output,
  async run({ memory, before, run }, { key, kind, title, text }) {
    const rests = before.map(({ row }) => `#${row}`);
    const page = [
      `# ${title}`,
      '',
      ...(text === '' ? [] : [text, '']),
      ...before.map(({ step, agent, sentence, row }) => `- ${step} (${agent}, #${row} of ${run}): ${sentence}`),
      '',
    ].join('\n');
    const known = await memory.get(key);
    if (known?.text === page) return { key, version: known.version, rests, reused: true };
    const written = await memory.put({ key, kind, text: page, evidence: rests, ifVersion: known?.version ?? 0 });
    return { key, version: written.version, rests, reused: false };
  },
  describe: ({ key, version, reused }) => `${key}@${version} ${reused ? 'says so already' : 'written'}`,
});
