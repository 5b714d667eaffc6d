import { Fault } from '../../../../src/base/fault.ts';
import type { Budgets } from '../../../../src/domain/definitions/compute-budgets.ts';
import type { ComputeConfig } from '../../../../src/domain/definitions/compute-config.ts';
import { dataOf, type JournalKind, type JournalKinds } from '../../../../src/domain/journal/kinds.ts';
import type { Model, Provider, TokenPrices } from '../../../../src/domain/providers/provider.ts';
import type { ModelFailure } from '../../../../src/domain/routing/model-failure.ts';
import type { Engine } from '../../../../src/engine/engine.ts';
import { type Asked, askModel, type Answered } from '../../../../src/engine/spending/ask-model.ts';
import { createSpending } from '../../../../src/engine/spending/spending.ts';
import type { LanguageModels, ModelAnswer, ModelCall } from '../../../../src/ports/index.ts';
import { createFakeClock, type FakeClock } from '../../../fakes/fake-clock.ts';
import { createFakeRandom } from '../../../fakes/fake-random.ts';
import { createMemoryLedgers, type MemoryLedger, type MemoryLedgers } from '../../../fakes/memory-ledger.ts';

export const prices: TokenPrices = {
  ...{ input: 3_000_000, output: 15_000_000, cacheRead: 300_000, cacheWrite5m: 3_750_000, cacheWrite1h: 6_000_000 },
  ...{ source: 'test', asOf: '2026-11-01' },
};
export const cheapPrices: TokenPrices = {
  ...{ input: 600_000, output: 2_200_000, cacheRead: 110_000, cacheWrite5m: 600_000, cacheWrite1h: 600_000 },
  ...{ source: 'test', asOf: '2026-11-01' },
};

export const model = (id: string, more: Partial<Model> = {}): Model => ({
  ...{ id, contextTokens: 200_000, maxOutputTokens: 8_000, prices, tier: 'medium' },
  ...more,
});

export const provider = (id: string, models: readonly Model[], more: Partial<Provider> = {}): Provider => ({
  ...{ id, dialect: 'anthropic', url: `https://${id}.test`, key: null, models },
  ...{ strengths: [], maxConcurrent: 100, quirks: {} },
  ...more,
});

const noLimit = { microUsd: null, tokens: null };
export const budgets = (some: Partial<Budgets> = {}): Budgets => ({
  ...{ run: noLimit, task: noLimit, agent: noLimit, provider: noLimit, day: noLimit },
  ...some,
});

export const compute = (providers: readonly Provider[], more: Partial<ComputeConfig> = {}): ComputeConfig => ({
  ...{ providers, rules: [], budgets: budgets(), unknownPrices: 'refuse', parallel: { first: 100, most: 100 } },
  ...more,
});

/** What a model is to do with the next call that it is given; after the last of them it answers. */
export type Turn =
  | {
      readonly fails: ModelFailure;
      readonly retryAfterMs?: number;
      readonly streamed?: true;
      readonly takesMs?: number;
    }
  | { readonly usage?: Partial<ModelAnswer['usage']>; readonly takesMs?: number; readonly as?: string };

export const failure = (call: ModelCall, turn: Extract<Turn, { fails: ModelFailure }>): Fault =>
  new Fault('MODEL_FAILED', `It failed: ${turn.fails}.`, {
    data: {
      ...{ reason: turn.fails, status: null, retryAfterMs: turn.retryAfterMs ?? null },
      ...{ provider: call.provider.id, model: call.model, streamed: turn.streamed ?? false },
    },
  });

export interface SpendingScene {
  readonly engine: Engine;
  readonly clock: FakeClock;
  readonly ledger: MemoryLedger;
  readonly ledgers: MemoryLedgers;
  /** Every call that reached a model, as `provider/model`. */
  readonly sent: string[];
  readonly sentAtMs: number[];
  /** Calls on their way now, and the most at once. */
  readonly atOnce: { now: number; most: number };
  /** What each model is to do, by `provider/model`. */
  readonly script: Map<string, Turn[]>;
  readonly missingKeys: Set<string>;
  ask(some?: Partial<Asked>, signal?: AbortSignal): Promise<Answered>;
  rows<Kind extends JournalKind>(kind: Kind): readonly JournalKinds[Kind][];
  /** The next process of ours over the same journal. */
  restart(): Promise<void>;
}

/** Returns the door to language models over a journal in memory, a clock that stands still and scripted models. */
export async function spendingScene(config: ComputeConfig): Promise<SpendingScene> {
  const clock = createFakeClock();
  const ledgers = createMemoryLedgers({ clock });
  const sent: string[] = [];
  const sentAtMs: number[] = [];
  const atOnce = { now: 0, most: 0 };
  const script = new Map<string, Turn[]>();
  const missingKeys = new Set<string>();
  const models: LanguageModels = {
    hasKey: async (one) => !missingKeys.has(one.id),
    async ask(call, { signal, onToken }) {
      const target = `${call.provider.id}/${call.model}`;
      sent.push(target);
      sentAtMs.push(clock.monotonicMs());
      atOnce.now += 1;
      atOnce.most = Math.max(atOnce.most, atOnce.now);
      const turn = script.get(target)?.shift() ?? {};
      try {
        if (!(await clock.sleep(turn.takesMs ?? 1_000, signal))) signal.throwIfAborted();
        if ('fails' in turn) {
          if (turn.streamed === true) onToken?.();
          throw failure(call, turn);
        }
        const usage = {
          ...{ inputUncached: 1_000, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 100, reasoning: 0 },
          ...turn.usage,
        };
        return {
          ...{ text: 'ok', calls: [], stop: 'end', usage, rawUsage: {}, model: turn.as ?? call.model },
          ...{ firstTokenMs: 10, durationMs: 1_000 },
        };
      } finally {
        atOnce.now -= 1;
      }
    },
  };
  let open = ledgers.open();
  await open.acquire();
  const outside = { clock, random: createFakeRandom(0x80_00_00_00), models };
  const start = (): Engine => {
    const base = { ledger: open, outside, config: { compute: config }, definitions: { agents: new Map() } };
    const spending = createSpending(base as never, { openRuns: () => [], parallel: () => config.parallel });
    return { ...base, spending } as never;
  };
  let engine = start();
  return {
    ...{ clock, ledgers, sent, sentAtMs, atOnce, script, missingKeys },
    get engine() {
      return engine;
    },
    get ledger() {
      return open;
    },
    ask: (some = {}, signal = new AbortController().signal) =>
      askModel(
        engine,
        {
          ...{ conversation: 'r1.fix', run: 'r1', task: 'r1.fix', agent: 'fixer', taskType: 'work', wanted: null },
          ...{ system: 'You fix things.', tools: [], messages: [{ role: 'user', text: 'Fix it.' }] },
          ...{ maxOutputTokens: 1_000 },
          ...some,
        },
        { signal },
      ),
    rows: (kind) => open.read({ kinds: [kind], limit: 10_000 }).flatMap((entry) => dataOf(kind, entry) ?? []),
    async restart() {
      await open.close();
      open = ledgers.open();
      await open.acquire();
      engine = start();
    },
  };
}

/** Lets time pass until the work is over. */
export async function inTime<T>(clock: FakeClock, work: Promise<T>, stepMs = 1_000): Promise<T> {
  let isOver = false;
  const settled = work.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  for (let n = 0; !isOver && n < 5_000; n += 1) await clock.advance(stepMs);
  await Promise.race([settled, Promise.resolve()]);
  return work;
}
