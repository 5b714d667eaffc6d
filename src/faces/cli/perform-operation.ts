import type { App } from '../../app/app.ts';
import { Fault } from '../../base/fault.ts';
import { commandName, type OperationTable } from './commands.ts';

/**
 * Runs another operation; its input goes through its own schema. Fault: `USAGE_BAD_ARGUMENT` for a field that the operation does
 * not take: what a person chose must never be left out silently.
 */
export async function performOperation(
  { app, table }: { readonly app: App; readonly table: OperationTable },
  key: string,
  input: object,
): Promise<unknown> {
  const operation = await table[key]?.();
  if (operation === undefined) throw new Fault('USAGE_UNKNOWN_COMMAND', `There is no command ${commandName(key)}.`);
  const parsed = operation.input.parse(input) as object;
  const unknown = Object.keys(input).find((field) => !(field in parsed));
  if (unknown !== undefined)
    throw new Fault('USAGE_BAD_ARGUMENT', `${commandName(key)} takes no ${unknown}.`, {
      state: 'Nothing was done.',
    });
  return operation.run(app, parsed);
}
