import { describe, expect, it } from 'vitest';

import { bisectSteps, type BisectVerdict, nextBisectMove } from '../../../../src/domain/restore/bisect.ts';

/** Plays a line of states in which everything from `firstBad` on is bad; those of `untried` cannot be tried. */
function play(nStates: number, firstBad: number, untried: readonly number[] = []) {
  const verdicts = new Map<number, BisectVerdict>([
    [0, 'good'],
    [nStates - 1, 'bad'],
  ]);
  const probed: number[] = [];
  const told: number[] = [];
  for (;;) {
    const move = nextBisectMove(nStates, verdicts);
    if (move.kind === 'found') return { suspects: move.suspects, probed, told };
    if (verdicts.has(move.index)) throw new Error(`${move.index} is tried twice`);
    probed.push(move.index);
    told.push(move.nStepsLeft);
    verdicts.set(move.index, untried.includes(move.index) ? 'skipped' : move.index >= firstBad ? 'bad' : 'good');
  }
}

describe('halving', () => {
  it('names the first bad state, whichever it is, in no more probes than it said', () => {
    for (let nStates = 2; nStates <= 20; nStates += 1)
      for (let firstBad = 1; firstBad < nStates; firstBad += 1) {
        const { suspects, probed, told } = play(nStates, firstBad);
        expect(suspects, `${firstBad} of ${nStates}`).toEqual([firstBad]);
        expect(probed.length).toBeLessThanOrEqual(bisectSteps(nStates - 1));
        for (const [nth, nLeft] of told.entries()) expect(probed.length - nth).toBeLessThanOrEqual(nLeft);
      }
  });

  it('tries nothing where one merge lies between', () => {
    expect(play(2, 1)).toEqual({ suspects: [1], probed: [], told: [] });
  });

  it('begins in the middle', () => {
    expect(play(9, 3).probed).toEqual([4, 2, 3]);
    expect(play(9, 3).told).toEqual([3, 2, 1]);
  });
});

describe('a state that cannot be tried', () => {
  it('costs nothing but its probe where it is not at the border', () => {
    expect(play(9, 7, [4])).toMatchObject({ suspects: [7], probed: [4, 3, 5, 6, 7] });
  });

  it('is a suspect beside the first bad one where it lies before it', () => {
    expect(play(6, 3, [2])).toMatchObject({ suspects: [2, 3] });
  });

  it('leaves every suspect that nobody could try', () => {
    expect(play(8, 4, [1, 2, 3, 4, 5, 6])).toMatchObject({ suspects: [1, 2, 3, 4, 5, 6, 7] });
  });

  it('always leaves the first bad one among the suspects, all of them neighbours, and the others skipped', () => {
    for (let nStates = 2; nStates <= 7; nStates += 1)
      for (let firstBad = 1; firstBad < nStates; firstBad += 1)
        for (let bits = 0; bits < 2 ** (nStates - 2); bits += 1) {
          const untried = Array.from({ length: nStates - 2 }, (_, nth) => nth + 1).filter(
            (index) => (bits >> (index - 1)) % 2 === 1,
          );
          const { suspects } = play(nStates, firstBad, untried);
          const [first = 0] = suspects;
          expect(suspects).toContain(firstBad);
          expect(suspects).toEqual(suspects.map((_, nth) => first + nth));
          expect(suspects.slice(0, -1).every((index) => untried.includes(index))).toBe(true);
        }
  });
});
