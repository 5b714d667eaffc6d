import { z } from 'zod';

import type { JsonObject } from '../../base/json.ts';

/** Kinds of nodes of one prompt that are told. */
const maxClasses = 40;
const maxNameChars = 80;

/** A prompt in the queue of a service: what kind of work it is. Texts, seeds and keys in it are not told. */
export const promptSchema = z.object({
  promptId: z.string().describe('Its id, for `service cancel`.'),
  number: z.number().describe('Its place: smaller ones run sooner.'),
  nNodes: z.number().describe('Nodes of its graph.'),
  classes: z
    .array(z.object({ name: z.string(), n: z.number() }))
    .describe('Node classes and how often each is there, the most frequent first.'),
  outputs: z.array(z.string()).describe('What it makes: class and id of each output node.'),
});
export type PromptView = z.infer<typeof promptSchema>;

/** Returns what a prompt of the queue is about, from a server's answer of any shape. */
export function promptView(prompt: JsonObject): PromptView {
  const graph = objectOf(prompt['prompt']);
  const classOf = (id: string): string => textOf(objectOf(graph[id])['class_type']);
  const counts = new Map<string, number>();
  for (const id of Object.keys(graph)) counts.set(classOf(id), (counts.get(classOf(id)) ?? 0) + 1);
  const classes = [...counts].map(([name, n]) => ({ name, n }));
  const outputs = Array.isArray(prompt['outputs']) ? (prompt['outputs'] as readonly unknown[]) : [];
  return {
    promptId: textOf(prompt['prompt_id']),
    number: typeof prompt['number'] === 'number' ? prompt['number'] : 0,
    nNodes: Object.keys(graph).length,
    classes: classes.toSorted((a, b) => b.n - a.n || (a.name < b.name ? -1 : 1)).slice(0, maxClasses),
    outputs: outputs.slice(0, maxClasses).map((id) => `${classOf(textOf(id))} ${textOf(id)}`),
  };
}

const objectOf = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
const textOf = (value: unknown): string =>
  (typeof value === 'string' && value !== '' ? value : '?').slice(0, maxNameChars);
