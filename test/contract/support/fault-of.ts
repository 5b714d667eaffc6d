import { Fault } from '../../../src/base/fault.ts';

/** Returns the fault that a call rejects with; fails when it does not, or with something else. */
export async function faultOf(call: Promise<unknown>): Promise<Fault> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('the call did not fail');
}
