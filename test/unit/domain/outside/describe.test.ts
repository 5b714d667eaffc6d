import { describe, expect, it } from 'vitest';

import { printComponents } from '../../../../src/domain/instances/components.ts';
import { chooseDifferences, takeable } from '../../../../src/domain/outside/choose.ts';
import { summaryText, whenText } from '../../../../src/domain/outside/describe.ts';
import { touchedByPlan } from '../../../../src/domain/outside/touched.ts';
import { foundMs, modelsAdded, packAdded, packagesMoved, sinceMs } from '../../../support/outside-facts.ts';

describe('when', () => {
  const known = { sinceMs, nowMs: foundMs + 60_000 };
  const hour = 3_600_000;
  it.each([
    ['one time', { fromMs: foundMs, toMs: foundMs + 1_000 }, '2026-08-23 11:42Z'],
    ['a span', { fromMs: foundMs - hour, toMs: foundMs }, '2026-08-23 10:42Z to 2026-08-23 11:42Z'],
    ['no time of its own', null, 'some time after 2026-08-20 09:00Z'],
    [
      'a clock that ran ahead',
      { fromMs: foundMs, toMs: foundMs + 48 * hour },
      '2026-08-23 11:42Z to 2026-08-25 11:42Z by its own clock, which is later than now',
    ],
    [
      'a clock that was behind',
      { fromMs: 0, toMs: 0 },
      '1970-01-01 00:00Z by its own clock; found after 2026-08-20 09:00Z',
    ],
    ['no number at all', { fromMs: Number.NaN, toMs: Number.NaN }, 'no time at all'],
  ])('is told for %s', (_, when, text) => {
    expect(whenText(when, known)).toBe(text);
  });
});

it('is one line, by who did it', () => {
  expect(summaryText([packAdded, packagesMoved])).toBe('ComfyUI-Manager added rgthree-comfy, pip moved 2 packages');
  const many = ['a', 'b', 'c', 'd'].map((name) => ({ ...packAdded, name, who: { name: null, fact: null } }));
  expect(summaryText(many)).toBe('a, b and 2 more were added');
});

describe('choosing', () => {
  const open = [packAdded, packagesMoved, modelsAdded];

  it('takes all that can be taken, and leaves the rest', () => {
    expect(takeable(chooseDifferences(open, []), { isByName: false })).toEqual([packAdded, packagesMoved]);
  });

  it.each([
    ['an id that is not open', ['o9'], 'OUTSIDE_NOT_FOUND'],
    ['one that cannot be taken', ['o3'], 'NOTHING_TO_DO'],
  ])('refuses %s', (_, ids, code) => {
    expect(() => takeable(chooseDifferences(open, ids), { isByName: true })).toThrow(
      expect.objectContaining({ code }) as Error,
    );
  });

  it('refuses when nothing is open, and two that change the same', () => {
    expect(() => chooseDifferences([], [])).toThrow('No outside change is open.');
    const twice = { ...packAdded, id: 'o7', kind: 'instance' as const };
    expect(() => takeable([packAdded, twice], { isByName: true })).toThrow('o1 and o7 both change');
  });
});

describe('a plan', () => {
  const component = packAdded.take?.kind === 'component' ? packAdded.take.component : undefined;
  const core = { id: 'comfyui', path: '.', source: '/srv', commit: null, tree: 'a'.repeat(40) };
  const before = printComponents([core]);

  it.each([
    [
      'adds the pack, too',
      {
        files: [{ path: 'components.lock', text: printComponents([core, ...(component ? [component] : [])]) }],
        lockText: null,
      },
      ['o1'],
    ],
    [
      'moves another component',
      {
        files: [{ path: 'components.lock', text: printComponents([{ ...core, tree: 'e'.repeat(40) }]) }],
        lockText: null,
      },
      [],
    ],
    ['writes a lock', { files: [], lockText: 'x' }, ['o2']],
    ['writes a workflow', { files: [{ path: 'workflows/a.json', text: '{}' }], lockText: null }, []],
  ])('that %s touches what moved, or not', (_, draft, ids) => {
    expect(touchedByPlan([packAdded, packagesMoved, modelsAdded], draft, before).map(({ id }) => id)).toEqual(ids);
  });
});
