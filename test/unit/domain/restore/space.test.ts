import { describe, expect, it } from 'vitest';

import { spaceOf } from '../../../../src/domain/restore/space.ts';

const wheel = (sha256: string, sizeBytes: number) => ({ sha256, sizeBytes });

describe('the room that restore points take', () => {
  it('is their own where nothing else needs it, and shared where something does', () => {
    const space = spaceOf(
      [
        { number: 0, environment: 'a', wheels: [wheel('numpy', 20), wheel('torch-1', 100)] },
        { number: 1, environment: 'b', wheels: [wheel('numpy', 20), wheel('torch-2', 300)] },
        { number: 2, environment: 'b', wheels: [wheel('numpy', 20), wheel('torch-2', 300)] },
      ],
      new Map([
        ['a', 1000],
        ['b', 3000],
      ]),
    );
    expect(space.get(0)).toEqual({ environmentBytes: 1000, wheelsBytes: 120, ownBytes: 1100, sharedBytes: 20 });
    expect(space.get(1)).toEqual({ environmentBytes: 3000, wheelsBytes: 320, ownBytes: 0, sharedBytes: 3320 });
  });

  it('is nothing for an environment that is not there', () => {
    const space = spaceOf([{ number: 0, environment: 'gone', wheels: [wheel('w', 7)] }], new Map());
    expect(space.get(0)).toEqual({ environmentBytes: 0, wheelsBytes: 7, ownBytes: 7, sharedBytes: 0 });
  });

  it('is unknown, not guessed, where a size or a lock cannot be read', () => {
    const space = spaceOf(
      [
        { number: 0, environment: 'a', wheels: [wheel('w', 7)] },
        { number: 1, environment: null, wheels: null },
      ],
      new Map([['a', null]]),
    );
    expect(space.get(0)).toEqual({ environmentBytes: null, wheelsBytes: 7, ownBytes: null, sharedBytes: 0 });
    expect(space.get(1)).toEqual({ environmentBytes: 0, wheelsBytes: null, ownBytes: null, sharedBytes: null });
  });
});
