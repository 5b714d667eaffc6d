import { describe, expect, it } from 'vitest';

import { judgeRetry, markFirst, markPrompts, stoppedPrompts } from '../../../../src/domain/services/retry.ts';

const prompt = (id: string) => ({ prompt_id: id });

describe('prompts that a dead server left behind', () => {
  it('are queued again once where they ran, and always where they waited', () => {
    const queue = { active: [prompt('a')], pending: [prompt('b')] };
    const first = judgeRetry(markPrompts(queue, []), 'i2');
    expect(first).toEqual({ again: [{ prompt_id: 'a', deaths: 1 }, prompt('b')], givenUp: [] });
    const second = judgeRetry(markPrompts(queue, first.again), 'i3');
    expect(second).toEqual({ again: [prompt('b')], givenUp: [{ prompt_id: 'a', deaths: 1 }] });
  });

  it('keep their deaths while they wait behind another', () => {
    const known = [{ prompt_id: 'a', deaths: 1 }];
    const waits = judgeRetry(markPrompts({ active: [prompt('b')], pending: [prompt('a')] }, known), 'i2');
    expect(waits.again).toEqual([
      { prompt_id: 'b', deaths: 1 },
      { prompt_id: 'a', deaths: 1 },
    ]);
    expect(waits.givenUp).toEqual([]);
  });

  it('count no death when their server is stopped in order', () => {
    const copied = markPrompts({ active: [prompt('a')], pending: [] }, []);
    expect(judgeRetry(stoppedPrompts(copied), 'i2')).toEqual({ again: [prompt('a')], givenUp: [] });
  });

  it('count a death for the first that a server was given, and none in a repeat of that call', () => {
    const given = markFirst([{ prompt_id: 'a', deaths: 1 }, prompt('b')], 'a', 'i2');
    expect(judgeRetry(given, 'i2')).toEqual({ again: given, givenUp: [] });
    expect(judgeRetry(given, 'i3')).toEqual({ again: [prompt('b')], givenUp: [{ prompt_id: 'a', deaths: 1 }] });
  });
});
