import fc from 'fast-check';
import { expect, it } from 'vitest';

import type { JsonObject } from '../../src/base/json.ts';
import type { Ledger, NewEntry, ReadOptions } from '../../src/ports/ledger.ts';
import { createFakeClock } from '../fakes/fake-clock.ts';
import { createMemoryLedgers } from '../fakes/memory-ledger.ts';
import { makeStateDir } from './support/state-dir.ts';

type Held = Awaited<ReturnType<Ledger['acquire']>>;
/** Two processes and what they hold. */
interface World {
  readonly ledgers: readonly [Ledger, Ledger];
  readonly held: [Held, Held];
}
type Who = 0 | 1;
type Step = { readonly who: Who; readonly name: string; run(world: World): unknown };

const names = fc.oneof(
  fc.constantFrom('a', 'b', 'run:r1'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((name) => !name.includes('\0')),
);
const data = fc.dictionary(fc.string({ maxLength: 6 }), fc.jsonValue({ maxDepth: 2 }), {
  maxKeys: 4,
}) as fc.Arbitrary<JsonObject>;
const rows: fc.Arbitrary<NewEntry[]> = fc.array(
  fc.record(
    { kind: names, data, run: names, keys: fc.array(names, { maxLength: 3 }) },
    { requiredKeys: ['kind', 'data'] },
  ),
  { maxLength: 4 },
);
const answers = fc.array(fc.record({ id: fc.integer({ min: 1, max: 4 }), answer: data }), { maxLength: 2 });
const readOptions = fc.record(
  {
    afterSeq: fc.nat(12),
    run: names,
    kinds: fc.array(names, { maxLength: 2 }),
    key: names,
    limit: fc.nat(6),
    descending: fc.boolean(),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<ReadOptions>;

const step =
  (name: string, run: (world: World, who: Who) => unknown) =>
  (who: Who): Step => ({ who, name, run: (world) => run(world, who) });
const who = fc.constantFrom<Who>(0, 1);
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: who.map(
      step('acquire', async ({ ledgers, held }, at) => {
        const lock = await ledgers[at].acquire();
        held[at] = lock ?? held[at];
        return lock?.epoch;
      }),
    ),
  },
  { weight: 1, arbitrary: who.map(step('release', ({ held }, at) => held[at]?.release())) },
  {
    weight: 8,
    arbitrary: fc
      .tuple(who, rows, answers)
      .map(([at, given, replies]) =>
        step(`append ${JSON.stringify([given, replies])}`, ({ ledgers }) => ledgers[at].append(given, replies))(at),
      ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(who, names, data)
      .map(([at, kind, body]) => step(`request ${kind}`, ({ ledgers }) => ledgers[at].request(kind, body))(at)),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(who, readOptions)
      .map(([at, options]) => step(`read ${JSON.stringify(options)}`, ({ ledgers }) => ledgers[at].read(options))(at)),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(who, names)
      .map(([at, key]) => step(`latest ${key}`, ({ ledgers }) => ledgers[at].latest(key))(at)),
  },
  {
    weight: 1,
    arbitrary: who.map(
      step('look', async ({ ledgers }, at) => {
        const ledger = ledgers[at];
        return [ledger.head(), ledger.verify(), ledger.openRequests(), ledger.findRequest(2), await ledger.isHeld()];
      }),
    ),
  },
);

async function outcome(work: () => unknown): Promise<unknown> {
  try {
    return { gave: await work() };
  } catch (error) {
    return { threw: (error as { code?: string }).code ?? (error as Error).message };
  }
}

it('the ledger over sqlite and the one in memory cannot be told apart', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 40 }), async (plan) => {
      const clock = createFakeClock();
      const place = makeStateDir();
      const inMemory = createMemoryLedgers({ clock });
      const real: World = {
        ledgers: [await place.open({ clock }), await place.open({ clock })],
        held: [undefined, undefined],
      };
      const fake: World = { ledgers: [inMemory.open(), inMemory.open()], held: [undefined, undefined] };
      try {
        for (const { run, name } of [{ name: 'acquire', run: acquireFirst }, ...plan]) {
          const [expected, actual] = [await outcome(() => run(fake)), await outcome(() => run(real))];
          expect({ name, ...(actual as object) }).toStrictEqual({ name, ...(expected as object) });
          await clock.advance(3);
        }
        expect(real.ledgers[0].verify().kind).toBe('holds');
      } finally {
        for (const ledger of real.ledgers) await ledger.close();
        await place.remove();
      }
    }),
    { numRuns: 40 },
  );
});

/** Without a writer, most plans would only be refused. */
async function acquireFirst({ ledgers, held }: World): Promise<unknown> {
  held[0] = await ledgers[0].acquire();
  return held[0]?.epoch;
}
