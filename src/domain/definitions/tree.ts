import { z } from 'zod';

import { checkShape } from './check-shape.ts';
import { idField, portField, scopeField, titleField, uniqueList } from './fields.ts';
import type { Located } from './locator.ts';
import { parseYaml } from './parse-yaml.ts';
import type { DefinitionSource, Tree } from './types.ts';

/**
 * Returns the tree of `trees/<id>.yaml`. Faults: `DEFINITION_SYNTAX`, `DEFINITION_INVALID`.
 * ```yaml
 * id: ops-maint
 * title: Service and maintenance
 * home-port: 8190                        # 1024 to 32767, of no other tree
 * slots: 2                               # may be left out
 * scope: [ops/**, docs/ops-maint/**]     # see match-path.ts
 * reviewers: [env-setup, models-integ]   # trees
 * questions: [restore-point-exists]      # asked about changes of the others; may be left out
 * channels: [memory-pressure-alert]      # topics it publishes; may be left out
 * ```
 */
export function parseTree(source: DefinitionSource): Tree {
  return readTree(source).value;
}

const treeSchema = z.strictObject({
  id: idField,
  title: titleField,
  'home-port': portField,
  slots: z.number().int().min(1).max(8).default(2),
  scope: uniqueList(scopeField, { least: 1 }),
  reviewers: uniqueList(idField),
  questions: uniqueList(idField).default([]),
  channels: uniqueList(idField).default([]),
});

/** Returns the tree with the places of its parts. */
export function readTree(source: DefinitionSource): Located<Tree> {
  const parsed = parseYaml(source);
  const { 'home-port': homePort, ...fields } = checkShape(treeSchema, parsed);
  return { value: { ...fields, homePort, file: source.file }, locate: parsed.locate };
}
