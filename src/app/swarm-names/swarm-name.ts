import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { nearestWord } from '../../domain/definitions/did-you-mean.ts';
import type { App } from '../app.ts';
import type { OperationEffect } from '../operation.ts';
import type { ProgramTool, ToolAnswer } from '../tools/tool.ts';

interface SwarmName<Input> {
  readonly name: string;
  readonly summary: string;
  readonly effect: OperationEffect;
  /** A strict object: what it does not know is an error. */
  readonly input: z.ZodType<Input>;
  /** `output` names its record: a row, a run, a version. */
  run(app: App, input: Input): Promise<Pick<ToolAnswer, 'output'> & Partial<ToolAnswer>>;
}

/** Returns the tool of such a name. Faults: `USAGE_BAD_ARGUMENT`, and those of what it does. */
export function defineSwarmName<Input>({ name, summary, effect, input, run }: SwarmName<Input>): ProgramTool {
  return {
    name,
    title: summary,
    description: summary,
    effect,
    inputSchema: schemaOf(input),
    call: async (app, given) => ({ isPlan: false, run: null, ...(await run(app, parsed(name, input, given))) }),
  };
}

/** An argument that people give and that nothing here obeys: giving it is an error with this sentence. */
export const notTaken = (why: string): z.ZodOptional<z.ZodUndefined> => z.undefined({ error: why }).optional();

function parsed<Input>(name: string, schema: z.ZodType<Input>, given: unknown): Input {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const known = Object.keys((schemaOf(schema)['properties'] ?? {}) as object);
  const sentences = result.error.issues.map((issue) => {
    if (issue.code !== 'unrecognized_keys') return [...issue.path.map(String), issue.message].join(': ');
    const [first = ''] = issue.keys;
    const near = nearestWord(first, known);
    return `it takes no ${JSON.stringify(first.slice(0, 80))}${near === undefined ? '' : `; did you mean ${near}?`}`;
  });
  throw new Fault('USAGE_BAD_ARGUMENT', `${name}: ${sentences.join('; ')}`, {
    hints: [`It takes ${known.join(', ')}`],
    state: 'Nothing was done.',
  });
}

/** What is not taken is not listed. */
function schemaOf(input: z.ZodType): Readonly<Record<string, unknown>> {
  const { $schema: _, ...schema } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  const properties = Object.entries(schema.properties ?? {}).filter(
    ([, field]) => typeof field === 'object' && ('type' in field || 'enum' in field || 'anyOf' in field),
  );
  return { ...schema, type: 'object', properties: Object.fromEntries(properties), additionalProperties: false };
}
