import { Fault } from './fault.ts';

/** Does something that writes nothing until it is done: a Fault on the way that does not say what state the work is in, says it then. */
export async function stated<Value>(state: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Fault ? error.withState(state) : error;
  }
}
