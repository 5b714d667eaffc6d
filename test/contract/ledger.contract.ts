import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Entry, Ledger } from '../../src/ports/ledger.ts';

/** A place for one ledger, which several processes may open. */
export interface LedgerPlace {
  open(): Promise<Ledger>;
  remove(): Promise<void>;
}

const row = (n: number): { kind: string; data: { n: number } } => ({ kind: 'counted', data: { n } });
const numbers = (entries: readonly Entry[]): unknown[] => entries.map(({ data }) => data['n']);

async function takeEntries(entries: AsyncIterable<Entry>, count: number): Promise<Entry[]> {
  const taken: Entry[] = [];
  for await (const entry of entries) {
    taken.push(entry);
    if (taken.length === count) break;
  }
  return taken;
}

/** What every ledger must do, whatever it is made of. */
export function describeLedger(name: string, makePlace: () => Promise<LedgerPlace>): void {
  describe(`ledger, ${name}`, () => {
    let place: LedgerPlace;
    let ledger: Ledger;
    let other: Ledger;
    beforeEach(async () => {
      place = await makePlace();
      ledger = await place.open();
      other = await place.open();
    });
    afterEach(async () => {
      await ledger.close();
      await other.close();
      await place.remove();
    });

    describe('the lock and the epoch', () => {
      it('lets one be the writer, and counts the epochs', async () => {
        expect(await ledger.isHeld()).toBe(false);
        const first = await ledger.acquire();
        expect(first?.epoch).toBe(1);
        expect(await other.acquire()).toBeUndefined();
        expect(await ledger.acquire()).toBeUndefined();
        expect(await other.isHeld()).toBe(true);
        await first?.release();
        await first?.release();
        expect(await other.isHeld()).toBe(false);
        expect((await other.acquire())?.epoch).toBe(2);
      });

      it('refuses rows of one who is not, or no longer, the writer', async () => {
        await expect(ledger.append([row(1)])).rejects.toMatchObject({ code: 'EPOCH_OLD' });
        const first = await ledger.acquire();
        await ledger.append([row(1)]);
        await first?.release();
        await expect(ledger.append([row(2)])).rejects.toMatchObject({ code: 'EPOCH_OLD' });
        expect(numbers(ledger.read())).toEqual([1]);
      });

      it('lets another one overtake the holder of the newest epoch, and refuses the rows of that one from then on', async () => {
        const first = await ledger.acquire();
        await ledger.append([row(1)]);
        expect(await other.overtake(7)).toBe(false);
        expect(await other.acquire()).toBeUndefined();
        expect(await other.overtake(1)).toBe(true);
        expect((await other.acquire())?.epoch).toBe(2);
        await expect(ledger.append([row(2)])).rejects.toMatchObject({ code: 'EPOCH_OLD' });
        await other.append([row(3)]);
        // What it still gives back is its own: the new one keeps everybody out.
        await first?.release();
        expect(await other.isHeld()).toBe(true);
        expect(numbers(other.read())).toEqual([1, 3]);
      });

      it('does not let go of the next writer when the last one releases again', async () => {
        const first = await ledger.acquire();
        await first?.release();
        await ledger.acquire();
        await first?.release();
        expect(await other.isHeld()).toBe(true);
      });

      it('frees the lock on close, after what was appended', async () => {
        await ledger.acquire();
        const appended = ledger.append([row(1)]);
        await ledger.close();
        expect(await appended).toHaveLength(1);
        expect(await other.isHeld()).toBe(false);
        expect(numbers(other.read())).toEqual([1]);
      });
    });

    describe('rows', () => {
      beforeEach(async () => {
        await ledger.acquire();
      });

      it('gives back what was written, linked and in order', async () => {
        const written = await ledger.append([
          {
            kind: 'run.created',
            run: 'r1',
            keys: ['run:r1', 'runs', 'runs'],
            data: { goal: 'ä 😀 "\\\u0000', none: undefined, deep: [{ b: 1, a: null }] },
          },
          { kind: 'run.moved', data: {} },
        ]);
        expect(written.map(({ seq }) => seq)).toEqual([1, 2]);
        expect(written[0]).toStrictEqual({
          seq: 1,
          atMs: written[0]?.atMs,
          epoch: 1,
          kind: 'run.created',
          run: 'r1',
          keys: ['run:r1', 'runs'],
          data: { goal: 'ä 😀 "\\\u0000', deep: [{ b: 1, a: null }] },
          prev: '0'.repeat(64),
          hash: written[0]?.hash,
        });
        expect(written[1]).toMatchObject({ run: null, keys: [], prev: written[0]?.hash });
        expect(other.read()).toStrictEqual(written);
        expect(ledger.read()).toStrictEqual(written);
        expect(other.head()).toEqual({ seq: 2, hash: written[1]?.hash });
        expect(other.verify()).toEqual({ kind: 'holds', nEntries: 2, headSeq: 2, headHash: written[1]?.hash });
      });

      it('holds from the start', () => {
        expect(ledger.head()).toEqual({ seq: 0, hash: '0'.repeat(64) });
        expect(ledger.verify()).toEqual({ kind: 'holds', nEntries: 0, headSeq: 0, headHash: '0'.repeat(64) });
        expect(ledger.latest('run:r1')).toBeUndefined();
      });

      it('keeps its own copy', async () => {
        const data = { list: [1] };
        const [written] = await ledger.append([{ kind: 'noted', keys: ['k'], data }]);
        data.list.push(2);
        const list = written?.data['list'] as number[];
        list.push(3);
        expect(ledger.latest('k')?.data).toEqual({ list: [1] });
      });

      it('commits the rows of one call together and the calls in their order', async () => {
        const calls = Array.from({ length: 50 }, (_, n) => ledger.append([row(n), row(n + 0.5)]));
        const entries = (await Promise.all(calls)).flat();
        expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
        expect(numbers(entries)).toEqual(Array.from({ length: 100 }, (_, n) => n / 2));
        expect(ledger.verify()).toMatchObject({ kind: 'holds', nEntries: 100 });
      });

      it('takes an empty call', async () => {
        expect(await ledger.append([])).toEqual([]);
        expect(ledger.head().seq).toBe(0);
      });

      it.each(['', 'a\0b', '\ud800'])('refuses the name %j before anything is written', async (badName) => {
        await expect(ledger.append([row(1), { kind: 'noted', keys: [badName], data: {} }])).rejects.toThrow(
          'not a name',
        );
        expect(ledger.head().seq).toBe(0);
      });
    });

    describe('reading', () => {
      beforeEach(async () => {
        await ledger.acquire();
        for (let n = 1; n <= 12; n += 1) {
          await ledger.append([
            { kind: n % 2 === 0 ? 'even' : 'odd', run: `r${n % 3}`, keys: [`by4:${n % 4}`, 'all'], data: { n } },
          ]);
        }
      });

      it('filters by place, run, kinds and key, in either direction', () => {
        expect(numbers(other.read({ afterSeq: 9 }))).toEqual([10, 11, 12]);
        expect(numbers(other.read({ run: 'r1' }))).toEqual([1, 4, 7, 10]);
        expect(numbers(other.read({ kinds: ['even'], limit: 2 }))).toEqual([2, 4]);
        expect(numbers(other.read({ kinds: ['even', 'odd'], descending: true, limit: 3 }))).toEqual([12, 11, 10]);
        expect(numbers(other.read({ kinds: [] }))).toEqual([]);
        expect(numbers(other.read({ key: 'by4:1' }))).toEqual([1, 5, 9]);
        expect(numbers(other.read({ key: 'by4:1', afterSeq: 1, limit: 1 }))).toEqual([5]);
        expect(numbers(other.read({ key: 'all', run: 'r2', descending: true }))).toEqual([11, 8, 5, 2]);
        expect(
          numbers(other.read({ key: 'by4:2', run: 'r1', kinds: ['even'], afterSeq: 3, descending: true, limit: 5 })),
        ).toEqual([10]);
        expect(numbers(other.read({ key: 'nobody' }))).toEqual([]);
        expect(numbers(other.read({ limit: 0 }))).toEqual([]);
      });

      it('finds the newest row of a key', () => {
        expect(other.latest('by4:3')?.data).toEqual({ n: 11 });
        expect(other.latest('by4')).toBeUndefined();
      });

      it('gives no more than it says, and says so', () => {
        expect(() => other.read({ limit: 10_001 })).toThrow(RangeError);
        expect(() => other.read({ limit: -1 })).toThrow(RangeError);
      });
    });

    describe('requests', () => {
      it('are taken from anyone and answered together with rows', async () => {
        const first = await other.request('run.start', { goal: 'upgrade' });
        const second = await ledger.request('run.cancel', { run: 'r1' });
        expect(ledger.openRequests().map(({ id, kind, data, answer }) => ({ id, kind, data, answer }))).toEqual([
          { id: first, kind: 'run.start', data: { goal: 'upgrade' }, answer: null },
          { id: second, kind: 'run.cancel', data: { run: 'r1' }, answer: null },
        ]);
        await ledger.acquire();
        await ledger.append([row(1)], [{ id: first, answer: { run: 'r2' } }]);
        expect(other.openRequests().map(({ id }) => id)).toEqual([second]);
        expect(other.findRequest(first)).toMatchObject({ kind: 'run.start', answer: { run: 'r2' } });
        expect(other.findRequest(second)?.answer).toBeNull();
        expect(other.findRequest(99)).toBeUndefined();
      });

      it('keep their first answer', async () => {
        const id = await other.request('run.start', {});
        await ledger.acquire();
        await ledger.append([], [{ id, answer: { n: 1 } }]);
        await ledger.append([], [{ id, answer: { n: 2 } }]);
        expect(other.findRequest(id)?.answer).toEqual({ n: 1 });
      });

      it('must exist to be answered; else nothing of the call is written, and nothing of its neighbours lost', async () => {
        await ledger.acquire();
        const calls = [
          ledger.append([row(1)]),
          ledger.append([row(2)], [{ id: 7, answer: {} }]),
          ledger.append([row(3)]),
        ];
        const ends = await Promise.allSettled(calls);
        expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
        expect(numbers(ledger.read())).toEqual([1, 3]);
      });
    });

    describe('following', () => {
      it('yields what is there and what comes, each once and in order', async () => {
        await ledger.acquire();
        await ledger.append([row(1), row(2)]);
        const stop = new AbortController();
        const taken = takeEntries(other.follow({ afterSeq: 1, signal: stop.signal }), 5);
        await ledger.append([row(3)]);
        await Promise.all([ledger.append([row(4)]), ledger.append([row(5), row(6)])]);
        expect(numbers(await taken)).toEqual([2, 3, 4, 5, 6]);
      });

      it('sees the rows of its own ledger', async () => {
        await ledger.acquire();
        const taken = takeEntries(ledger.follow({ afterSeq: 0, signal: new AbortController().signal }), 2);
        await ledger.append([row(1)]);
        await ledger.append([row(2)]);
        expect(numbers(await taken)).toEqual([1, 2]);
      });

      it.each(['abort', 'close'])('ends on %s', async (end) => {
        const stop = new AbortController();
        const taken = takeEntries(other.follow({ afterSeq: 0, signal: stop.signal }), 1);
        await new Promise((resolve) => setImmediate(resolve));
        if (end === 'abort') stop.abort();
        else await other.close();
        expect(await taken).toEqual([]);
      });

      it('yields nothing once aborted', async () => {
        await ledger.acquire();
        await ledger.append([row(1), row(2)]);
        const stop = new AbortController();
        const seen: unknown[] = [];
        for await (const entry of other.follow({ afterSeq: 0, signal: stop.signal })) {
          seen.push(entry.data['n']);
          stop.abort();
        }
        expect(seen).toEqual([1]);
      });
    });

    describe('the bell', () => {
      const longMs = 20_000;

      it('wakes on a row and on a request of another', async () => {
        await ledger.acquire();
        await other.waitForBell(1);
        const onRow = other.waitForBell(longMs);
        await ledger.append([row(1)]);
        await onRow;
        expect(numbers(other.read())).toEqual([1]);
        await ledger.waitForBell(1);
        const onRequest = ledger.waitForBell(longMs);
        await other.request('run.start', {});
        await onRequest;
        expect(ledger.openRequests()).toHaveLength(1);
      });

      it('wakes at once for what came between two waits', async () => {
        await ledger.waitForBell(1);
        await other.request('run.start', {});
        await ledger.waitForBell(longMs);
        expect(ledger.openRequests()).toHaveLength(1);
      });

      it('stays silent when nothing comes', async () => {
        await ledger.waitForBell(1);
        const startMs = performance.now();
        await ledger.waitForBell(60);
        expect(performance.now() - startMs).toBeGreaterThan(50);
      });

      it('stops waiting on abort and on close', async () => {
        await ledger.waitForBell(1);
        const startMs = performance.now();
        const stop = new AbortController();
        const aborted = ledger.waitForBell(longMs, stop.signal);
        stop.abort();
        await aborted;
        await ledger.waitForBell(longMs, AbortSignal.abort());
        const closed = ledger.waitForBell(longMs);
        await ledger.close();
        await closed;
        expect(performance.now() - startMs).toBeLessThan(longMs / 2);
      });

      it('lets no request be missed by a loop that reads and waits', async () => {
        const wanted = 40;
        const seen = new Set<number>();
        const reading = (async () => {
          while (seen.size < wanted) {
            for (const { id } of ledger.openRequests()) seen.add(id);
            if (seen.size < wanted) await ledger.waitForBell(longMs);
          }
        })();
        for (let n = 0; n < wanted; n += 1) await other.request('run.start', { n });
        await reading;
        expect(seen.size).toBe(wanted);
      });
    });
  });
}
