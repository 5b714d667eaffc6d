import { z } from 'zod';

import type { Operation } from '../operation.ts';
import { type Operations, performOrShow } from '../perform-for-program.ts';
import type { RunView } from '../views/run-view.ts';
import type { ProgramTool } from './tool.ts';

/** Returns a tool for every operation that a program may run: `review_list` for `review list`. */
export async function operationTools(table: Operations): Promise<readonly ProgramTool[]> {
  const all = await Promise.all(Object.keys(table).map(async (key) => ({ key, operation: await table[key]?.() })));
  return all.flatMap(({ key, operation }) =>
    operation === undefined || operation.commandLineOnly === true ? [] : [operationTool(table, key, operation)],
  );
}

export const toolName = (key: string): string => key.replaceAll('-', '_');

function operationTool(table: Operations, key: string, operation: Operation): ProgramTool {
  const { summary, effect } = operation;
  return {
    name: toolName(key),
    title: operation.name,
    description: [
      summary,
      ...(operation.description === undefined ? [] : [operation.description]),
      ...askText(operation),
    ].join(' '),
    effect,
    inputSchema: inputSchemaOf(operation),
    async call(app, input) {
      const { output, isPlan } = await performOrShow(app, table, { name: key, input });
      return { output, isPlan, run: isPlan ? null : followedRun(operation, output) };
    },
  };
}

const askText = ({ effect, asksFirst, follows }: Operation): readonly string[] => [
  ...(effect === 'destroy'
    ? ['It takes something away: without "yes": true nothing is done, and where it has a plan that is the answer.']
    : asksFirst === true
      ? ['Without "yes": true its plan is the answer.']
      : []),
  ...(follows === true ? ['The run goes on by itself; runs_show tells where it is.'] : []),
];

/** What takes something away takes `yes`, whether or not the command line has an option for it. */
function inputSchemaOf({ input, effect }: Operation): Readonly<Record<string, unknown>> {
  const { $schema: _, ...schema } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  const properties = schema.properties ?? {};
  const asks = effect === 'destroy' && !Object.hasOwn(properties, 'yes');
  return {
    ...schema,
    type: 'object',
    properties: asks
      ? { ...properties, yes: { type: 'boolean', default: false, description: 'Do it; without it nothing is done.' } }
      : properties,
    additionalProperties: false,
  };
}

function followedRun(operation: Operation, output: unknown): string | null {
  if (operation.follows !== true) return null;
  const view = operation.followed === undefined ? (output as RunView) : operation.followed.runOf(output);
  return view === null || view.isFinal || view.waiting !== null ? null : view.run;
}
