import { Fault } from '../../../src/base/fault.ts';
import type { Engine } from '../../../src/engine/engine.ts';

/** As a supervisor that is overtaken, or killed: what was intended stays without an outcome. */
export const killed = new Fault('EPOCH_OLD', 'killed');

/** An engine that dies when it is about to write a row of the kind. */
export const dyingBefore = (engine: Engine, kind: string): Engine => ({
  ...engine,
  ledger: new Proxy(engine.ledger, {
    get(ledger, name: keyof Engine['ledger']) {
      if (name !== 'append')
        return typeof ledger[name] === 'function' ? (ledger[name] as () => void).bind(ledger) : ledger[name];
      return (rows: Parameters<typeof ledger.append>[0], ...more: []) =>
        rows.some((one) => one.kind === kind) ? Promise.reject(killed) : ledger.append(rows, ...more);
    },
  }),
});

/** Does the work with an engine that dies on the way; what else is thrown is thrown. */
export async function untilKilled(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (error !== killed) throw error;
  }
}
