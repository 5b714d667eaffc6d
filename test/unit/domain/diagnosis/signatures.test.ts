import { expect, test } from 'vitest';

import { catalogue } from '../../../../src/domain/diagnosis/catalogue.ts';
import { createMatcher } from '../../../../src/domain/diagnosis/matcher.ts';
import { plainLine } from '../../../../src/domain/diagnosis/plain-line.ts';
import { repairPlaybooks } from '../../../../src/domain/diagnosis/repair-playbooks.ts';
import { samples } from './samples.ts';

/** Ids found in one line that stands, where a frame is given, at the end of a traceback. */
function idsOf(line: string, frame?: string): string[] {
  const matcher = createMatcher();
  const head =
    frame === undefined ? [] : ['Traceback (most recent call last):', `  File "${frame}", line 3, in <module>`];
  matcher.add(
    'x.log',
    [...head, line].map((text, index) => ({ line: index + 1, text })),
  );
  return matcher.read().hits.map(({ signature }) => signature.id);
}

test('the catalogue has the 80 signatures, each once, under a name of its own', () => {
  expect(catalogue.map(({ id }) => id)).toEqual(
    Array.from({ length: 80 }, (_, index) => `S${String(index + 1).padStart(2, '0')}`),
  );
  expect(new Set(catalogue.map(({ name }) => name)).size).toBe(80);
});

test('what a signature explains is another signature, and nothing explains itself in a circle', () => {
  const byId = new Map(catalogue.map((one) => [one.id, one]));
  const below = (id: string, seen: readonly string[]): void => {
    expect(seen).not.toContain(id);
    expect(byId.has(id)).toBe(true);
    for (const next of byId.get(id)?.explains ?? []) below(next, [...seen, id]);
  };
  for (const { id } of catalogue) below(id, []);
});

test('stale hashes, malware and code in a model are never repaired by a program', () => {
  for (const id of ['S32', 'S34', 'S59']) {
    const found = catalogue.find((one) => one.id === id);
    expect(found?.repair).toMatchObject({ how: 'never' });
    expect(found?.repair.playbook ?? null).toBeNull();
    expect(found?.owner).toBe('person');
  }
});

test('what is repaired without asking says what has to hold before, and how it is checked', () => {
  const automatic = catalogue.filter(({ repair }) => repair.how === 'automatic');
  expect(automatic.map(({ id }) => id)).toEqual(['S01', 'S08', 'S10', 'S40', 'S43', 'S44']);
  for (const { repair } of automatic) {
    expect(repair.preconditions).not.toEqual([]);
    expect(repairPlaybooks).toContain(repair.playbook);
    expect(repair.check).not.toBe('');
  }
});

for (const { id, name, literals, pattern } of catalogue.filter((one) => one.pattern !== null)) {
  const { hits, miss, frame } = samples[id] ?? { hits: [`no sample of ${id}`], miss: '' };
  test(`${id} ${name} is seen where it is, and not where it nearly is`, () => {
    for (const line of hits) {
      expect(idsOf(line, frame)).toContain(id);
      expect(idsOf(`[ERROR] ${line}`, frame)).toContain(id);
      expect(literals.some((literal) => line.includes(literal))).toBe(true);
    }
    expect(idsOf(miss, frame)).not.toContain(id);
  });
  test(`${id} takes time in proportion to the line, whatever the line`, () => {
    const source = hits[0] ?? '';
    for (const piece of [source, source.slice(0, Math.ceil(source.length / 2)), ...literals, `${literals[0]} '(`]) {
      const text = piece.repeat(Math.ceil(2_000 / piece.length)).slice(0, 2_000);
      const began = performance.now();
      for (let round = 0; round < 5; round += 1) pattern?.exec(text);
      expect(performance.now() - began).toBeLessThan(250);
    }
  });
}

test('level and time before a message are taken off, and nothing else', () => {
  expect(plainLine('[2026-11-28 01:02:03.456] [ERROR] Killed')).toEqual({
    text: 'Killed',
    atMs: Date.parse('2026-11-28T01:02:03.456'),
  });
  expect(plainLine('2026-11-28T01:02:03Z - [INFO] x')).toEqual({ text: 'x', atMs: Date.UTC(2026, 10, 28, 1, 2, 3) });
  expect(plainLine('[1/2] step')).toEqual({ text: '[1/2] step', atMs: null });
});

test('a pattern that is about a file counts only in a traceback of that file', () => {
  const framed = catalogue.filter(({ frame }) => frame !== undefined);
  expect(framed.map(({ id }) => id)).toEqual(['S36', 'S45']);
  for (const { id } of framed) for (const line of samples[id]?.hits ?? []) expect(idsOf(line)).not.toContain(id);
});
