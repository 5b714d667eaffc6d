import { describe, expect, it } from 'vitest';

import { findCircle } from '../../../../src/domain/bus/waiting.ts';
import { createWaits } from '../../../../src/engine/bus/waits.ts';
import { faultOf } from '../../../contract/support/fault-of.ts';
import { startEngine } from '../../../fakes/fake-life.ts';
import { createWorld } from '../../../fakes/fake-world.ts';

const [a, b, c] = ['agent:a', 'agent:b', 'agent:c'] as const;

describe('a circle of questions', () => {
  it('is found through others', () => {
    const waits = [
      { asker: b, asked: c },
      { asker: c, asked: a },
    ] as const;
    expect(findCircle(waits, { asker: a, asked: b })).toEqual([b, c, a]);
    expect(findCircle(waits, { asker: a, asked: 'person:anna' })).toBeUndefined();
  });

  it('is found where an agent asks itself', () => {
    expect(findCircle([], { asker: a, asked: a })).toEqual([a]);
  });
});

describe('two agents that would wait for each other', () => {
  it('are parted: the second is told at once, and the first gets its answer', async () => {
    const { ledger } = await startEngine(await createWorld());
    const waits = createWaits();
    const answer = Promise.withResolvers<string>();
    const first = waits.during({ ledger }, { asker: a, asked: b, run: 'r1' }, () => answer.promise);
    const second = waits.during({ ledger }, { asker: b, asked: a, run: 'r2' }, async () => 'never');
    expect(await faultOf(second)).toMatchObject({ code: 'AGENTS_WAIT' });
    expect(ledger.read({ kinds: ['agents.parted'] })).toMatchObject([{ run: 'r2', data: { asker: b, asked: a } }]);
    answer.resolve('2.8.0');
    expect(await first).toBe('2.8.0');
    // Nobody waits any more.
    expect(await waits.during({ ledger }, { asker: b, asked: a, run: 'r2' }, async () => 'now')).toBe('now');
  });
});
