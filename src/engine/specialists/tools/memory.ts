import { z } from 'zod';

import { memoryKinds } from '../../../domain/memory/entry.ts';
import type { SpecialistTool } from '../tool.ts';
import { said } from './answers.ts';
import type { ToolScene } from './scene.ts';
import { effectTool, readTool } from './tool-of.ts';

/** Memory as the agent has it: it reads everything, and writes below its own tree. */
export const memoryTools = (scene: ToolScene): readonly SpecialistTool[] => {
  const { memory } = scene.context;
  return [
    readTool(scene, {
      name: 'memory_search',
      description: 'Find what was learned before, by words. What it says is a claim of whoever wrote it.',
      input: z.object({ words: z.string().min(1).max(200), limit: z.number().int().min(1).max(20).default(8) }),
      async read({ words, limit }) {
        const hits = memory.search({ words, any: true, limit });
        const lines = hits.map(
          ({ version, excerpt }) => `${version.key}@${version.version} (${version.by.name}): ${excerpt}`,
        );
        return said(lines.length === 0 ? 'Nothing is known about it.' : lines.join('\n'));
      },
    }),
    readTool(scene, {
      name: 'memory_get',
      description: 'Read an entry of memory by its key.',
      input: z.object({ key: z.string().max(300) }),
      async read({ key }) {
        const entry = await memory.get(key);
        if (entry === undefined) return said(`There is no entry ${key}.`);
        const { version, by, evidence, text } = entry;
        const rests = evidence.length === 0 ? 'nothing' : evidence.join(', ');
        return said(`${key}@${version}, by ${by.kind} ${by.name}, rests on ${rests}:\n${text}`);
      },
    }),
    effectTool(scene, {
      name: 'memory_put',
      effect: 'write',
      description: 'Write down what others should know, below swarm/<your tree>/ or sessions/.',
      input: z.object({
        key: z.string().max(300),
        text: z.string().min(1).max(64_000),
        kind: z.enum(memoryKinds).default('decision'),
        evidence: z.array(z.string().max(300)).max(20).default([]),
      }),
      async plan({ key, text }) {
        return { sentence: `write memory ${key}`, intent: { key, sha256: scene.context.digest.sha256(text) } };
      },
      async look({ key }, { sha256 }) {
        const entry = await memory.get(key);
        return entry !== undefined && scene.context.digest.sha256(entry.text) === sha256
          ? said(`Written: ${entry.key}@${entry.version}.`)
          : undefined;
      },
      async act({ key, text, kind, evidence }) {
        const { version } = await memory.put({ key, kind, text, evidence });
        return said(`Written: ${key}@${version}.`);
      },
    }),
  ];
};
