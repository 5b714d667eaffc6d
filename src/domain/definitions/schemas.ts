import { z } from 'zod';

import type { Json, JsonObject } from '../../base/json.ts';
import { agentSchema } from './agent.ts';
import { configSchema } from './config.ts';
import { playbookSchema } from './playbook.ts';
import { treeSchema } from './tree.ts';

/** Kinds of files that have a published schema. */
export const schemaKinds = ['agent', 'tree', 'playbook', 'config'] as const;
export type SchemaKind = (typeof schemaKinds)[number];

const about: Readonly<Record<SchemaKind, { readonly schema: z.ZodType; readonly title: string }>> = {
  agent: { schema: agentSchema, title: 'Front matter of agents/<name>.md' },
  tree: { schema: treeSchema, title: 'trees/<id>.yaml' },
  playbook: { schema: playbookSchema, title: 'playbooks/<id>.yaml' },
  config: { schema: configSchema, title: 'orchestrate.yaml' },
};

/**
 * Returns the JSON Schema of a kind of file as people write it. Draft 7: editors with YAML read no newer one
 * (https://github.com/redhat-developer/yaml-language-server). What one field says about another is checked by the program only.
 */
export function jsonSchemaOf(kind: SchemaKind): JsonObject {
  const { schema, title } = about[kind];
  const made = z.toJSONSchema(schema, { target: 'draft-7', io: 'input', unrepresentable: 'any' });
  const { $schema, ...rest } = asWritten(made as unknown as Json) as JsonObject;
  return { $schema: $schema ?? '', title, ...rest };
}

/**
 * A default that is kept in another unit than it is written in, 1800000 for 30m, is left out: an editor would write it so. Names
 * that only other programs know are not offered either.
 */
function asWritten(value: Json): Json {
  if (Array.isArray(value)) return value.map(asWritten);
  if (typeof value !== 'object' || value === null) return value;
  const isOther = 'default' in value && value['type'] === 'string' && typeof value['default'] !== 'string';
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, one]) => !(isOther && name === 'default') && !(name === 'synonyms' && Array.isArray(one)))
      .map(([name, one]) => [name, asWritten(one ?? null)]),
  );
}
