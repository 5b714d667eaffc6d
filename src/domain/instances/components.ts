import { z } from 'zod';

import { canonicalJson } from '../../base/json.ts';
import { checkShape } from '../definitions/check-shape.ts';
import { parseYaml } from '../definitions/parse-yaml.ts';

const componentPath = /^(\.|custom_nodes\/[A-Za-z0-9][A-Za-z0-9._ -]{0,79})$/;

/** Whether a folder inside the instance can be a component's: `components.lock` takes no other. */
export const isComponentPath = (path: string): boolean => componentPath.test(path);

const component = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/),
  /** Folder inside the instance; `.` is ComfyUI itself. */
  path: z.string().regex(componentPath),
  /** Where it came from, for people: a URL or a folder. */
  source: z.string(),
  /** Commit of its own repository, when it has one. */
  commit: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .nullable(),
  /** Its files in the trusted store. */
  tree: z.string().regex(/^[0-9a-f]{40}$/),
  /** What differs from its commit: how many files, and the blob of the patch (unified diff) in the trusted store. */
  edits: z.strictObject({ files: z.number().int().min(1), patch: z.string().regex(/^[0-9a-f]{40}$/) }).optional(),
});

export type Component = z.infer<typeof component>;

const lockShape = z.strictObject({ version: z.literal(1), components: z.array(component).min(1) });

/** Reads `components.lock`. Faults: `DEFINITION_SYNTAX`, `DEFINITION_INVALID`, with position. */
export function parseComponents(text: string): readonly Component[] {
  const parsed = parseYaml({ file: 'components.lock', text });
  return checkShape(lockShape, parsed).components;
}

/** Prints `components.lock`, sorted by path, ComfyUI first. */
export function printComponents(components: readonly Component[]): string {
  const lines = [
    '# Made by orchestrate: ComfyUI and every node pack, pinned to the files that were proven.',
    'version: 1',
    'components:',
  ];
  for (const one of [...components].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    lines.push(
      `  - id: ${JSON.stringify(one.id)}`,
      `    path: ${JSON.stringify(one.path)}`,
      `    source: ${JSON.stringify(one.source)}`,
      `    commit: ${one.commit === null ? 'null' : `"${one.commit}"`}`,
      `    tree: "${one.tree}"`,
      ...(one.edits === undefined ? [] : [`    edits: { files: ${one.edits.files}, patch: "${one.edits.patch}" }`]),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Returns the digest that stands for all components: their places and their files, nothing else. */
export function componentsDigest(components: readonly Component[], sha256: (text: string) => string): string {
  const files = components.map(({ path, tree }) => ({ path, tree })).sort((a, b) => (a.path < b.path ? -1 : 1));
  return sha256(canonicalJson(files)).slice(0, 16);
}

/** Returns the packs that a tree of home declares and another does not any more, by path. */
export function removedComponents(before: readonly Component[], after: readonly Component[]): readonly string[] {
  const left = new Set(after.map(({ path }) => path));
  return before.flatMap(({ path }) => (left.has(path) ? [] : [path]));
}
