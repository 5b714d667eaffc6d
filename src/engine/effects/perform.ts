import { Fault, faultRecord } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { Clock, Ledger } from '../../ports/index.ts';

export interface Effect {
  /** Names this very effect for all time, e.g. `merge:c9:branch`. */
  readonly key: string;
  /** What it is, for people: `move the branch`. */
  readonly name: string;
  /** What was decided before acting. On a repeat, the input of the first intent is handed to `look` and `act`. */
  readonly input: JsonObject;
  readonly run: string | null;
}

export interface EffectSteps<Output extends object> {
  /** Asks the world whether it is already done; only called after an interruption. */
  readonly look?: (input: JsonObject) => Promise<Output | undefined>;
  readonly act: (input: JsonObject) => Promise<Output>;
}

export interface Performer {
  /**
   * Intent, act, outcome: each a durable row. Done once: its recorded output is returned again.
   * Interrupted between intent and outcome: `look` decides whether to act again.
   * A failure is recorded and thrown; a later call acts anew. Who asks for an effect that is under way shares its outcome.
   */
  perform<Output extends object>(effect: Effect, steps: EffectSteps<Output>): Promise<Output>;
}

/** Creates the one way in which the engine changes the world. */
export function createPerformer({ ledger, clock }: { ledger: Ledger; clock: Clock }): Performer {
  const underWay = new Map<string, Promise<object>>();
  const once = async <Output extends object>(effect: Effect, steps: EffectSteps<Output>): Promise<Output> => {
    const { key, name, run } = effect;
    const keys = [`effect:${key}`];
    const before = ledger.latest(`effect:${key}`);
    const done = dataOf('effect.done', before);
    if (done) return done.output as unknown as Output;

    const startedMs = clock.monotonicMs();
    const durationMs = () => Math.round(clock.monotonicMs() - startedMs);
    const intended = dataOf('effect.intended', before);
    const input = intended?.input ?? effect.input;
    if (!intended) await ledger.append([row('effect.intended', { key, name, input }, { run, keys })]);
    try {
      const found = intended ? await steps.look?.(input) : undefined;
      const output = found ?? (await steps.act(input));
      const how = found ? 'found' : 'did';
      const data = { key, name, output: output as unknown as JsonObject, how, durationMs: durationMs() } as const;
      await ledger.append([row('effect.done', data, { run, keys })]);
      return output;
    } catch (error) {
      // A newer supervisor owns the record now: nothing more may be written, not even the failure.
      if (error instanceof Fault && error.code === 'EPOCH_OLD') throw error;
      const fault = faultRecord(error);
      await ledger.append([row('effect.failed', { key, name, fault, durationMs: durationMs() }, { run, keys })]);
      throw error;
    }
  };
  return {
    perform<Output extends object>(effect: Effect, steps: EffectSteps<Output>): Promise<Output> {
      // The steps of a run that begin together prepare one slot.
      const shared = underWay.get(effect.key) as Promise<Output> | undefined;
      if (shared !== undefined) return shared;
      const work = once(effect, steps).finally(() => underWay.delete(effect.key));
      underWay.set(effect.key, work);
      return work;
    },
  };
}
