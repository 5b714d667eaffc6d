import { Fault } from '../../base/fault.ts';

/** Returns what `--set name=value`, given several times, says. Fault: `USAGE_BAD_ARGUMENT`, with `help` as what to type next. */
export function namedValues(given: readonly string[], help: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const text of given) {
    const [, name, value] = /^([a-z][a-z0-9-]{0,39})=(.{0,1000})$/s.exec(text) ?? [];
    if (name === undefined || value === undefined)
      throw new Fault('USAGE_BAD_ARGUMENT', `--set ${JSON.stringify(text)} has to read name=value.`, { hints: [help] });
    values[name] = value;
  }
  return values;
}
