import { z } from 'zod';

import { jsonSchemaOf, schemaKinds } from '../../domain/definitions/schemas.ts';
import { defineOperation } from '../operation.ts';

/** `orchestrate schema <kind>` */
export const schema = defineOperation({
  name: 'schema',
  summary: 'Print the JSON Schema of a kind of file, for editors.',
  description:
    'Draft 7, which editors with YAML read. The same files lie in docs/schema of the program. What one field says about another is checked by `agents check`, `trees check` and `playbooks check`.',
  effect: 'read',
  needs: 'none',
  input: z.object({ kind: z.enum(schemaKinds).describe('Which kind of file; config is orchestrate.yaml.') }),
  output: z.object({
    kind: z.enum(schemaKinds).describe('Which kind of file.'),
    schema: z.record(z.string(), z.unknown()).describe('The schema.'),
  }),
  positional: ['kind'],
  examples: [
    { command: 'orchestrate schema playbook > playbook.schema.json', explains: 'For an editor.' },
    { command: 'orchestrate schema config --json', explains: 'The schema of orchestrate.yaml, for a program.' },
  ],
  async run(_app, { kind }) {
    return { kind, schema: { ...jsonSchemaOf(kind) } };
  },
});
