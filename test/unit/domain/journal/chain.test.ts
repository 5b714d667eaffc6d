import { createHash } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { canonicalJson, type JsonObject } from '../../../../src/base/json.ts';
import {
  canonicalEntry,
  checkChain,
  draftEntry,
  genesisHash,
  linkHash,
  linkText,
  type ChainEntry,
} from '../../../../src/domain/journal/chain.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function chainOf(length: number): ChainEntry[] {
  const entries: ChainEntry[] = [];
  for (let seq = 1; seq <= length; seq += 1) {
    const entry = {
      seq,
      atMs: 1_000 + seq,
      epoch: 1,
      kind: 'counted',
      run: null,
      keys: [],
      data: { n: seq },
      prev: entries.at(-1)?.hash ?? genesisHash,
    };
    entries.push({ ...entry, hash: linkHash(entry, sha256) });
  }
  return entries;
}
const headOf = (entries: readonly ChainEntry[]): { seq: number; hash: string } => ({
  seq: entries.length,
  hash: entries.at(-1)?.hash ?? genesisHash,
});

describe('the text of a row', () => {
  const example = {
    seq: 2,
    atMs: 5,
    epoch: 1,
    kind: 'run.moved',
    run: 'r1',
    keys: ['run:r1'],
    data: { to: 'done', from: 'merging', none: undefined },
    prev: 'ab'.repeat(32),
  };

  it('has its names in order and no white space', () => {
    expect(canonicalEntry({ ...example, prev: 'ab' })).toBe(
      '{"atMs":5,"data":{"from":"merging","to":"done"},"epoch":1,"keys":["run:r1"],"kind":"run.moved","prev":"ab","run":"r1","seq":2}',
    );
  });

  it('keeps its hash for ever', () => {
    expect(linkHash(example, sha256)).toBe('7545b97ab10b5194468e3b7f13988738173bc2b623229c409a4c6414f8e231f6');
  });

  it('is the canonical JSON, drafted or not', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0'));
    const data = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()) as fc.Arbitrary<JsonObject>;
    fc.assert(
      fc.property(
        fc.record({ kind: name, run: fc.option(name), keys: fc.uniqueArray(name), data }),
        fc.nat(),
        (row, seq) => {
          const link = { seq, atMs: 7, epoch: 3, prev: genesisHash };
          expect(canonicalEntry({ ...row, ...link })).toBe(canonicalJson({ ...row, ...link }));
          expect(linkText(draftEntry(row), link)).toBe(canonicalJson({ ...row, ...link }));
        },
      ),
    );
  });
});

describe('a draft', () => {
  it('has each key once, and no run is null', () => {
    expect(draftEntry({ kind: 'noted', keys: ['b', 'a', 'b'], data: { x: undefined } })).toEqual({
      kind: 'noted',
      run: null,
      keys: ['b', 'a'],
      keysText: '["b","a"]',
      dataText: '{}',
    });
  });

  it.each([{ kind: '' }, { kind: 'a\0' }, { run: '\udc00' }, { keys: ['ok', ''] }])('refuses %j', (bad) => {
    expect(() => draftEntry({ kind: 'noted', data: {}, ...bad })).toThrow('not a name');
  });

  it('refuses data that is no object, or without end', () => {
    expect(() => draftEntry({ kind: 'noted', data: [] as unknown as JsonObject })).toThrow('not an object');
    expect(() => draftEntry({ kind: 'noted', data: { text: 'x'.repeat(9_000_000) } })).toThrow('characters');
  });
});

describe('a chain', () => {
  it('holds, also when it is empty', () => {
    const entries = chainOf(5);
    expect(checkChain(entries, sha256, headOf(entries))).toEqual({
      kind: 'holds',
      nEntries: 5,
      headSeq: 5,
      headHash: entries[4]?.hash,
    });
    expect(checkChain([], sha256, { seq: 0, hash: genesisHash })).toEqual({
      kind: 'holds',
      nEntries: 0,
      headSeq: 0,
      headHash: genesisHash,
    });
    expect(checkChain(entries, sha256)).toMatchObject({ kind: 'holds' });
  });

  it('is broken at the row where anything was edited', () => {
    const edit: fc.Arbitrary<Partial<ChainEntry>> = fc.oneof(
      fc.record({ atMs: fc.nat() }),
      fc.record({ epoch: fc.constant(2) }),
      fc.record({ kind: fc.string() }),
      fc.record({ run: fc.string() }),
      fc.record({ keys: fc.array(fc.string(), { minLength: 1 }) }),
      fc.record({ data: fc.constant({ n: -1 }) }),
      fc.record({ hash: fc.string() }),
      fc.record({ prev: fc.constant('f'.repeat(64)) }),
    );
    const entries = chainOf(8);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7 }), edit, (index, change) => {
        const edited = entries.with(index, { ...(entries[index] as ChainEntry), ...change });
        expect(checkChain(edited, sha256, headOf(entries))).toMatchObject({ kind: 'broken', firstBadSeq: index + 1 });
      }),
    );
  });

  it('is broken where rows are missing, twice there, or out of order', () => {
    const entries = chainOf(8);
    const head = headOf(entries);
    expect(checkChain(entries.toSpliced(3, 1), sha256, head)).toMatchObject({
      firstBadSeq: 4,
      reason: 'row 4 was removed',
    });
    expect(checkChain(entries.slice(3), sha256, head)).toMatchObject({
      firstBadSeq: 1,
      reason: 'rows 1 to 3 were removed',
    });
    expect(checkChain(entries.slice(0, 7), sha256, head)).toMatchObject({
      firstBadSeq: 8,
      reason: 'the end was cut off: the committed row 8 is missing',
    });
    expect(checkChain(entries.toSpliced(3, 0, entries[2] as ChainEntry), sha256, head)).toMatchObject({
      firstBadSeq: 4,
      reason: 'row 3 comes after row 3: rows were reordered',
    });
    expect(checkChain(entries.slice(0, 7), sha256)).toMatchObject({ kind: 'holds', nEntries: 7 });
  });

  it('is broken at its end when the head is another', () => {
    const entries = chainOf(3);
    expect(checkChain(entries, sha256, { seq: 3, hash: genesisHash })).toMatchObject({ firstBadSeq: 3 });
    expect(checkChain(entries, sha256, { seq: 2, hash: entries[1]?.hash ?? '' })).toMatchObject({
      firstBadSeq: 3,
      reason: 'row 3 was added from outside',
    });
  });
});
