import type { Random } from '../../src/ports/system.ts';

/** Creates randomness that counts: 01, 02, 03 … as wide as asked. Never repeats within its width. */
export function createFakeRandom(start = 0): Random {
  let n = start;
  return {
    hex: (nBytes) => {
      n += 1;
      return n
        .toString(16)
        .padStart(nBytes * 2, '0')
        .slice(-nBytes * 2);
    },
  };
}
