import { expect, it } from 'vitest';

import { placeInShortest } from '../../../../src/domain/scale/place.ts';

const line = (tree: string, nRuns: number, nSlots: number) => ({ tree, nRuns, nSlots });

it('takes the tree with the shortest line per slot, and says what it compared', () => {
  expect(placeInShortest([line('a', 2, 2), line('b', 1, 2)])).toMatchObject({
    tree: 'b',
    reason: 'its line is the shortest per slot (runs on slots: a 2 on 2, b 1 on 2)',
  });
  expect(placeInShortest([line('a', 3, 5), line('b', 1, 1)])?.tree).toBe('a');
});

it('takes the one that is named first when two are the same', () => {
  expect(placeInShortest([line('a', 2, 4), line('b', 1, 2)])?.tree).toBe('a');
  expect(placeInShortest([])).toBeUndefined();
});
