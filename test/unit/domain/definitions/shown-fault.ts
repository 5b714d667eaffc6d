import { Fault } from '../../../../src/base/fault.ts';
import { caretText } from '../../../../src/domain/definitions/caret.ts';

/** Returns the fault that a call throws, as a person sees it: code, message, position with caret. */
export function shownFault(call: () => unknown): string {
  const fault = faultOf(call);
  return [`${fault.code}: ${fault.message}`, ...(fault.at === undefined ? [] : [caretText(fault.at)])].join('\n');
}

/** Returns the fault that a call throws. */
export function faultOf(call: () => unknown): Fault {
  try {
    call();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
