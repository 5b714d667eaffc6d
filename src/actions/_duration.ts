import { Fault } from '../base/fault.ts';
import { findDurationMs } from '../domain/definitions/units.ts';

/** Returns the milliseconds of an argument such as `10m`; null where it is empty. Fault `USAGE_BAD_ARGUMENT` names the argument. */
export function spanOf(argument: string, text: string): number | null {
  if (text === '') return null;
  const ms = findDurationMs(text);
  if (ms !== undefined) return ms;
  throw new Fault(
    'USAGE_BAD_ARGUMENT',
    `${argument} has to be a time like 90s, 10m or 2h, not ${JSON.stringify(text)}.`,
  );
}
